// What is remembered of one thread: the number that comes next, which of the last 64 numbers were seen, what is
// still missing, and how many unreadable records may explain missing numbers.

import type { Hole } from "./sequence-holes.ts";

/** How far back duplicates and late arrivals are told apart exactly. */
const SEEN_NUMBERS = 64;

/** Unreadable records that came after `record` readable ones of the thread. */
interface Excuse {
  readonly record: number;
  count: number;
}

/** State of one thread. Plain fields of fixed shape, because one of these is touched for every record. */
export class SequenceThread {
  readonly partition: number;
  readonly id: string;
  /** The number that comes next; everything below was seen, is missing or was declared lost. */
  expected: number;
  /** Producer time of the record that last moved `expected`, microseconds since the epoch; 0 = unknown. */
  timestampUs: number;
  /** Readable records of this thread so far; the ruler for the reorder window. */
  records = 1;
  halted = false;
  /** Pending holes, lowest numbers first (which is also oldest first); null when there is none. */
  holes: Hole[] | null = null;
  /** Neighbours in the order of last use. */
  newer: SequenceThread | null = null;
  older: SequenceThread | null = null;
  #excuses: Excuse[] | null = null;
  /** Bit i: the number `expected - 1 - i` was seen. */
  #seenLow = 1;
  #seenHigh = 0;

  constructor(partition: number, id: string, baseline: number, timestampUs: number) {
    this.partition = partition;
    this.id = id;
    this.expected = baseline + 1;
    this.timestampUs = timestampUs;
  }

  /** Accepts `sequence`, at or above `expected`, as the highest number seen. */
  advanceTo(sequence: number, timestampUs: number): void {
    this.#shift(sequence - this.expected + 1);
    this.#seenLow |= 1;
    this.expected = sequence + 1;
    this.timestampUs = timestampUs;
  }

  /** Begins anew with `baseline` as the only number seen. */
  restartAt(baseline: number, timestampUs: number): void {
    this.expected = baseline + 1;
    this.timestampUs = timestampUs;
    this.#seenLow = 1;
    this.#seenHigh = 0;
    this.#excuses = null;
  }

  /**
   * Notes the arrival of a number below `expected` and tells whether it was seen before. Further back than the
   * last 64 numbers nobody knows: the answer is no.
   */
  markSeen(sequence: number): boolean {
    const age = this.expected - 1 - sequence;
    if (age >= SEEN_NUMBERS) return false;
    const bit = 1 << (age & 31);
    const seen = ((age < 32 ? this.#seenLow : this.#seenHigh) & bit) !== 0;
    if (age < 32) this.#seenLow |= bit;
    else this.#seenHigh |= bit;
    return seen;
  }

  /** Notes an unreadable record. Those too old to explain a hole of this `reorderWindow` are forgotten. */
  addExcuse(reorderWindow: number): void {
    // A hole found `reorderWindow` records after the unreadable one stays open for as many more.
    const oldest = this.records - 2 * reorderWindow - 1;
    const kept = (this.#excuses ?? []).filter((excuse) => excuse.record >= oldest);
    const latest = kept.at(-1);
    if (latest?.record === this.records) latest.count++;
    else kept.push({ record: this.records, count: 1 });
    this.#excuses = kept;
  }

  /**
   * Uses up to `wanted` unreadable records to explain missing numbers, and gives how many it used. Only those
   * count that came at most `reorderWindow` records before the hole was found, or later.
   */
  takeExcuses(wanted: number, foundAtRecord: number, reorderWindow: number): number {
    if (this.#excuses === null) return 0;
    let taken = 0;
    for (const excuse of this.#excuses) {
      if (excuse.record < foundAtRecord - reorderWindow) continue;
      const used = Math.min(excuse.count, wanted - taken);
      excuse.count -= used;
      taken += used;
    }
    const left = this.#excuses.filter((excuse) => excuse.count > 0);
    this.#excuses = left.length === 0 ? null : left;
    return taken;
  }

  #shift(count: number): void {
    if (count < 32) {
      this.#seenHigh = (this.#seenHigh << count) | (this.#seenLow >>> (32 - count));
      this.#seenLow <<= count;
    } else {
      this.#seenHigh = count < SEEN_NUMBERS ? this.#seenLow << (count - 32) : 0;
      this.#seenLow = 0;
    }
  }
}
