// Numbers that are missing but may still arrive. Each thread holds its own holes in order; one queue over all
// threads knows which is due next, so that looking for overdue ones costs nothing when there are none.

import type { SequenceThread } from "./sequence-thread.ts";

/** A run of consecutive missing numbers, both ends included. */
export interface Hole {
  readonly thread: SequenceThread;
  from: number;
  to: number;
  /** The number whose arrival showed that these are missing. */
  readonly received: number;
  /** Records of the thread before that arrival. */
  readonly foundAtRecord: number;
  readonly deadlineMs: number;
  earlier: Hole | null;
  later: Hole | null;
}

export class PendingHoles {
  #first: Hole | null = null;
  #last: Hole | null = null;

  /** Opens a hole before `received`, which is about to become the highest number of the thread. */
  open(thread: SequenceThread, received: number, deadlineMs: number): void {
    const hole: Hole = {
      thread,
      from: thread.expected,
      to: received - 1,
      received,
      foundAtRecord: thread.records,
      deadlineMs,
      earlier: null,
      later: null,
    };
    if (thread.holes === null) thread.holes = [hole];
    else thread.holes.push(hole);
    this.#insertAfter(this.#last, hole);
  }

  /** Takes an arrived number out of the hole it lies in, splitting the hole if need be. False if in none. */
  fill(thread: SequenceThread, sequence: number): boolean {
    const holes = thread.holes;
    if (holes === null) return false;
    const index = holes.findIndex((hole) => sequence >= hole.from && sequence <= hole.to);
    const hole = holes[index];
    if (hole === undefined) return false;
    if (hole.from === hole.to) this.#close(hole, index);
    else if (sequence === hole.from) hole.from++;
    else if (sequence === hole.to) hole.to--;
    else {
      const upper: Hole = { ...hole, from: sequence + 1 };
      hole.to = sequence - 1;
      holes.splice(index + 1, 0, upper);
      this.#insertAfter(hole, upper);
    }
    return true;
  }

  /** The hole that is due first, of all threads. */
  get earliest(): Hole | null {
    return this.#first;
  }

  /** Removes the oldest hole of a thread. */
  closeOldest(thread: SequenceThread): void {
    const hole = thread.holes?.[0];
    if (hole !== undefined) this.#close(hole, 0);
  }

  /** Forgets all holes of a thread. */
  discard(thread: SequenceThread): void {
    while (thread.holes !== null) this.closeOldest(thread);
  }

  #close(hole: Hole, index: number): void {
    const holes = hole.thread.holes;
    if (holes !== null) {
      holes.splice(index, 1);
      if (holes.length === 0) hole.thread.holes = null;
    }
    if (hole.earlier === null) this.#first = hole.later;
    else hole.earlier.later = hole.later;
    if (hole.later === null) this.#last = hole.earlier;
    else hole.later.earlier = hole.earlier;
  }

  #insertAfter(position: Hole | null, hole: Hole): void {
    const next = position === null ? this.#first : position.later;
    hole.earlier = position;
    hole.later = next;
    if (position === null) this.#first = hole;
    else position.later = hole;
    if (next === null) this.#last = hole;
    else next.earlier = hole;
  }
}
