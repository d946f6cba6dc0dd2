// The letters of a topic in the order of their times, oldest or newest first, merged over its partitions: within a
// partition by offset, and those of one time in different partitions by their sources. However many there are, only
// one fetch (or one window) of each partition is held.

import type { PartitionRange } from "../stream/kafka-admin.ts";
import type { RangeReader } from "../stream/range-reader.ts";
import type { DeadLetterView, SourcePlace } from "./letter.ts";
import { readLetter } from "./read-letter.ts";
import { storedRecord } from "./stored-record.ts";

/** Reads the records of a partition from one offset on, before another. */
export type RecordReader = Pick<RangeReader, "read">;

export interface LetterSource {
  readonly reader: RecordReader;
  readonly topic: string;
  /** Source of letters that do not name it. */
  readonly fallbackTopic: string | null;
  /** Ends the reading; it then rejects or ends early, as the reader does. */
  readonly signal?: AbortSignal;
}

/** Records of one window when reading backwards. */
const WINDOW_RECORDS = 200;

/** Oldest first. */
export async function* lettersForward(
  source: LetterSource,
  ranges: readonly PartitionRange[],
): AsyncGenerator<DeadLetterView> {
  yield* merge(
    ranges.map((range) => forward(source, range)),
    (a, b) => compareAge(ageOf(a), ageOf(b)) < 0,
    (letter) => letter,
  );
}

/**
 * Newest first, each turned into what is to be kept of it, so that a window of large letters takes no room; `null`
 * leaves a letter out.
 */
export async function* lettersBackward<T>(
  source: LetterSource,
  ranges: readonly PartitionRange[],
  keep: (letter: DeadLetterView) => T | null,
): AsyncGenerator<T> {
  yield* merge(
    ranges.map((range) => backward(source, range, keep)),
    (a, b) => compareAge(a.age, b.age) > 0,
    ({ kept }) => kept,
  );
}

/** What tells which of two letters in different partitions is the older one. */
interface Age {
  readonly timestampMs: number;
  readonly source: SourcePlace;
}

function ageOf({ record: { timestampMs }, source }: DeadLetterView): Age {
  return { timestampMs, source };
}

/** By time; letters of one slice share a millisecond, and then the record that came first is the older one. */
function compareAge(a: Age, b: Age): number {
  return (
    a.timestampMs - b.timestampMs ||
    compare(a.source.topic ?? "", b.source.topic ?? "") ||
    compare(a.source.partition ?? -1, b.source.partition ?? -1) ||
    compare(a.source.offset ?? -1, b.source.offset ?? -1)
  );
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function* merge<T, R>(
  streams: readonly AsyncGenerator<T>[],
  isBefore: (a: T, b: T) => boolean,
  give: (item: T) => R,
): AsyncGenerator<R> {
  const heads: { readonly stream: AsyncGenerator<T>; item: T }[] = [];
  try {
    for (const stream of streams) {
      const { value, done } = await stream.next();
      if (!done) heads.push({ stream, item: value });
    }
    for (;;) {
      const [first, ...others] = heads;
      if (first === undefined) return;
      const next = others.reduce((best, head) => (isBefore(head.item, best.item) ? head : best), first);
      yield give(next.item);
      const { value, done } = await next.stream.next();
      if (done) heads.splice(heads.indexOf(next), 1);
      else next.item = value;
    }
  } finally {
    await Promise.all(streams.map((stream) => stream.return(undefined)));
  }
}

async function* forward(source: LetterSource, range: PartitionRange): AsyncGenerator<DeadLetterView> {
  const { reader, topic, fallbackTopic, signal } = source;
  const { partition, logStartOffset, logEndOffset } = range;
  for await (const batch of reader.read(topic, partition, logStartOffset, logEndOffset, signal)) {
    for (const message of batch) yield readLetter(storedRecord(topic, partition, message), fallbackTopic);
  }
}

interface Aged<T> {
  readonly age: Age;
  readonly kept: T;
}

async function* backward<T>(
  source: LetterSource,
  { partition, logStartOffset, logEndOffset }: PartitionRange,
  keep: (letter: DeadLetterView) => T | null,
): AsyncGenerator<Aged<T>> {
  let end = logEndOffset;
  while (end > logStartOffset) {
    const start = Math.max(logStartOffset, end - WINDOW_RECORDS);
    const window: Aged<T>[] = [];
    for await (const letter of forward(source, { partition, logStartOffset: start, logEndOffset: end })) {
      const kept = keep(letter);
      if (kept !== null) window.push({ age: ageOf(letter), kept });
    }
    yield* window.reverse();
    end = start;
  }
}
