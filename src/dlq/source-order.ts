// Letters about one source partition lie in several dead-letter partitions, and their times tell little of their order:
// those of one slice have the same millisecond or the next, and one that was tried again is seconds late. So letters
// are read ahead and those of a source partition given by source offset. What is held is bounded by time, number and
// bytes; letters that lie further apart keep the order of their times.

import type { PartitionRange } from "../stream/kafka-admin.ts";
import { type DeadLetterView, recordPlace } from "./letter.ts";
import { type LetterSource, lettersForward } from "./read-letters.ts";

export interface ReadAhead {
  /** Letters written within so long of each other are put in order. */
  readonly timeMs: number;
  /** As long as no more lie between them than this, */
  readonly letterCount: number;
  /** and their values are no larger than this together. */
  readonly bytes: number;
}

/** More than a fetch of bad records makes, and longer than a letter is usually tried again; mostly a few KiB each. */
export const READ_AHEAD: ReadAhead = { timeMs: 60_000, letterCount: 5_000, bytes: 16 * 1024 * 1024 };

/** As `lettersForward`, with the letters of each source partition by source offset within what is read ahead. */
export function lettersInSourceOrder(
  source: LetterSource,
  ranges: readonly PartitionRange[],
): AsyncGenerator<DeadLetterView> {
  return inSourceOrder(lettersForward(source, ranges), READ_AHEAD);
}

/**
 * Each letter has its turn in the given order; in the turn of one about a source partition goes the one with the lowest
 * source offset that is held. Letters whose source is not known in full keep their turns.
 */
export async function* inSourceOrder(
  letters: AsyncIterable<DeadLetterView>,
  limits: ReadAhead,
): AsyncGenerator<DeadLetterView> {
  const held = new HeldLetters();
  for await (const letter of letters) {
    while (held.hasNoRoomFor(letter, limits)) yield held.take();
    held.add(letter);
  }
  while (held.count > 0) yield held.take();
}

interface Turn {
  readonly timestampMs: number;
  readonly group: string;
}

class HeldLetters {
  readonly #turns: Turn[] = [];
  /** By source partition, each in the order of source offsets. */
  readonly #groups = new Map<string, DeadLetterView[]>();
  #bytes = 0;

  get count(): number {
    return this.#turns.length;
  }

  /** Anything has room alone. */
  hasNoRoomFor(letter: DeadLetterView, { timeMs, letterCount, bytes }: ReadAhead): boolean {
    const [next] = this.#turns;
    if (next === undefined) return false;
    return (
      letter.record.timestampMs - next.timestampMs > timeMs ||
      this.count >= letterCount ||
      this.#bytes + bytesOf(letter) > bytes
    );
  }

  add(letter: DeadLetterView): void {
    const { timestampMs } = letter.record;
    const group = groupOf(letter);
    const others = this.#groups.get(group) ?? [];
    this.#groups.set(group, others);
    // Most come in order, so the place is sought from the end. Of two about one record the first stays first.
    const before = others.findLastIndex((other) => offsetOf(other) <= offsetOf(letter));
    others.splice(before + 1, 0, letter);
    this.#turns.push({ timestampMs, group });
    this.#bytes += bytesOf(letter);
  }

  take(): DeadLetterView {
    const turn = this.#turns.shift();
    const group = turn && this.#groups.get(turn.group);
    const letter = group?.shift();
    if (turn === undefined || letter === undefined) throw new RangeError("no letter is held");
    if (group?.length === 0) this.#groups.delete(turn.group);
    this.#bytes -= bytesOf(letter);
    return letter;
  }
}

function groupOf({ source }: DeadLetterView): string {
  const place = recordPlace(source);
  return place === null ? "" : `${place.topic} ${place.partition}`;
}

/** All letters without a source are one group whose offsets are equal, which keeps their order. */
function offsetOf({ source }: DeadLetterView): number {
  return recordPlace(source)?.offset ?? 0;
}

function bytesOf({ record }: DeadLetterView): number {
  return record.value?.length ?? 0;
}
