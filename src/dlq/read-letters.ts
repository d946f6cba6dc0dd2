// The letters of a topic in the order of their times, oldest or newest first, merged over its partitions: within a
// partition by offset. However many there are, only one fetch (or one window) of each partition is held.

import type { PartitionRange } from "../stream/kafka-admin.ts";
import type { RangeReader } from "../stream/range-reader.ts";
import type { DeadLetterView } from "./letter.ts";
import { readLetter } from "./read-letter.ts";
import { type StoredRecord, storedRecord } from "./stored-record.ts";

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
    (a, b) => a.timestampMs < b.timestampMs,
    (record) => readLetter(record, source.fallbackTopic),
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
    (a, b) => a.timestampMs > b.timestampMs,
    ({ kept }) => kept,
  );
}

interface Timed {
  readonly timestampMs: number;
}

async function* merge<T extends Timed, R>(
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

async function* forward(source: LetterSource, range: PartitionRange): AsyncGenerator<StoredRecord> {
  const { reader, topic, signal } = source;
  const { partition, logStartOffset, logEndOffset } = range;
  for await (const batch of reader.read(topic, partition, logStartOffset, logEndOffset, signal)) {
    for (const message of batch) yield storedRecord(topic, partition, message);
  }
}

async function* backward<T>(
  source: LetterSource,
  { partition, logStartOffset, logEndOffset }: PartitionRange,
  keep: (letter: DeadLetterView) => T | null,
): AsyncGenerator<Timed & { readonly kept: T }> {
  let end = logEndOffset;
  while (end > logStartOffset) {
    const start = Math.max(logStartOffset, end - WINDOW_RECORDS);
    const window: (Timed & { readonly kept: T })[] = [];
    for await (const record of forward(source, { partition, logStartOffset: start, logEndOffset: end })) {
      const kept = keep(readLetter(record, source.fallbackTopic));
      if (kept !== null) window.push({ timestampMs: record.timestampMs, kept });
    }
    yield* window.reverse();
    end = start;
  }
}
