// Which records of a partition are handled and yet not settled, because something of theirs is still being written.
// Reading goes on meanwhile; a commit does not pass the first of them, so that whoever takes over begins there.

import { Activity } from "../runtime/activity.ts";

export class SettledOffsets {
  /** Offsets that are not settled, by partition, with how much is under way for each. */
  readonly #pending = new Map<number, Map<number, number>>();
  readonly #activity = new Activity();

  /** The partition is read from `startOffset` on: what is under way for records below is no reason to go back. */
  assign(partition: number, startOffset: number): void {
    const offsets = this.#pending.get(partition);
    for (const offset of offsets?.keys() ?? []) if (offset < startOffset) offsets?.delete(offset);
  }

  /** The topic was made anew: what is under way is of another log. */
  forget(partition: number): void {
    this.#pending.delete(partition);
  }

  /** The record at `offset` is settled when `done` ends, however it does. */
  add(partition: number, offset: number, done: Promise<unknown>): void {
    const offsets = this.#pending.get(partition) ?? new Map<number, number>();
    this.#pending.set(partition, offsets);
    offsets.set(offset, (offsets.get(offset) ?? 0) + 1);
    this.#activity.begin();
    const settle = () => {
      const left = (offsets.get(offset) ?? 1) - 1;
      if (left === 0) offsets.delete(offset);
      else offsets.set(offset, left);
      this.#activity.end();
    };
    done.then(settle, settle);
  }

  /** Everything of the partition below is settled; `Infinity` if nothing is under way. */
  below(partition: number): number {
    return Math.min(...(this.#pending.get(partition)?.keys() ?? []));
  }

  /** Resolves when nothing is under way. */
  settled(): Promise<void> {
    return this.#activity.settled();
  }
}
