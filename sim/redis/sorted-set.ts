// Members in the order of their scores; members of one score in the order of their bytes.

import type { Name } from "./keyspace.ts";

export interface Scored {
  readonly member: Name;
  readonly score: number;
}

/** One end of a range of scores. */
export interface ScoreBound {
  readonly score: number;
  readonly exclusive: boolean;
}

function isBefore(a: Scored, b: Scored): boolean {
  return a.score < b.score || (a.score === b.score && a.member < b.member);
}

export class SortedSet {
  readonly #scores = new Map<Name, number>();
  readonly #ordered: Scored[] = [];

  get size(): number {
    return this.#ordered.length;
  }

  score(member: Name): number | null {
    return this.#scores.get(member) ?? null;
  }

  /** Whether the member is new. */
  add(member: Name, score: number): boolean {
    const before = this.#scores.get(member);
    if (before === score) return false;
    if (before !== undefined) this.delete(member);
    const entry = { member, score };
    this.#scores.set(member, score);
    this.#ordered.splice(
      this.#first((other) => !isBefore(other, entry)),
      0,
      entry,
    );
    return before === undefined;
  }

  /** Whether it was there. */
  delete(member: Name): boolean {
    const score = this.#scores.get(member);
    if (score === undefined) return false;
    const index = this.#first((other) => !isBefore(other, { member, score }));
    return this.deleteRange(index, index + 1) === 1;
  }

  /** Removes `from` <= rank < `to`; gives how many those were. */
  deleteRange(from: number, to: number): number {
    const removed = this.#ordered.splice(from, Math.max(0, to - from));
    for (const { member } of removed) this.#scores.delete(member);
    return removed.length;
  }

  /** Those with `from` <= rank < `to`. */
  range(from: number, to: number): readonly Scored[] {
    return this.#ordered.slice(from, Math.max(from, to));
  }

  /** Ranks of a range of scores: the first one in it, and the first one behind it. */
  ranks(min: ScoreBound, max: ScoreBound): readonly [from: number, to: number] {
    const from = this.#first(({ score }) => (min.exclusive ? score > min.score : score >= min.score));
    const to = this.#first(({ score }) => (max.exclusive ? score >= max.score : score > max.score));
    return [from, Math.max(from, to)];
  }

  /** Rank of the first member for which `holds`, which is true for all behind one for which it is true. */
  #first(holds: (entry: Scored) => boolean): number {
    let low = 0;
    let high = this.#ordered.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.#ordered[middle];
      if (entry !== undefined && holds(entry)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
