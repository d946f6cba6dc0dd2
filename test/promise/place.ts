// Where one connection stands in one partition: what it was sent, what was named as missing, and what it is owed.

import type { LogTruth, OffsetRange } from "./truth.ts";

export class Place {
  /** Which life of the topic this is about; `null` until something shows it. */
  epoch: number | null = null;
  /** What comes can only be of this life or a later one. */
  minEpoch = 0;
  /** Several lives fit to what was said, so a change from one to the other cannot be told from none. */
  uncertain = false;
  /** Highest offset received, asked for, or claimed by the server to be done. */
  floor = -1;
  /** Highest offset asked for by a cursor. */
  asked = -1;
  /** Every deliverable record from here on is owed; `null` while it is not known where this began. */
  next: number | null = null;
  /** While `next` is not known: the first record is at most the first deliverable from here on. */
  mustFrom = Number.POSITIVE_INFINITY;
  /** It began with the oldest record there is. */
  fromStart = false;
  /** With the cursor came what its record looks like. */
  print: number | null = null;
  /** What a late resume asked for, to be named before `replay_complete`. */
  owed: number[] = [];
  readonly #named: OffsetRange[] = [];
  readonly #received: number[] = [];

  receive(offset: number): void {
    this.#received.push(offset);
    this.floor = offset;
    this.next = offset + 1;
  }

  name(range: OffsetRange): void {
    this.#named.push(range);
  }

  wasNamed(offset: number): boolean {
    return this.#named.some(({ from, to }) => from <= offset && offset <= to);
  }

  /** An offset of the range that was received, or `null`. */
  receivedIn({ from, to }: OffsetRange): number | null {
    return this.#received.find((offset) => from <= offset && offset <= to) ?? null;
  }

  get receivedCount(): number {
    return this.#received.length;
  }

  get firstReceived(): number | null {
    return this.#received[0] ?? null;
  }

  /** Deliverable offsets of the range that were neither received nor named. */
  missing(log: LogTruth, from: number, to: number): readonly number[] {
    if (from > to) return [];
    return log
      .deliverable(from, to)
      .filter((offset) => !this.wasNamed(offset) && !this.#received.includes(offset));
  }
}

/** For people: `3..7, 9`. */
export function showOffsets(offsets: readonly number[]): string {
  const runs: string[] = [];
  for (let i = 0; i < offsets.length; ) {
    let j = i;
    while (offsets[j + 1] === (offsets[j] ?? 0) + 1) j++;
    runs.push(i === j ? `${offsets[i]}` : `${offsets[i]}..${offsets[j]}`);
    i = j + 1;
  }
  return runs.join(", ");
}
