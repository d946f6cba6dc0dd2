// Records on their way to Kafka: those that go at once, and those that are held back first. Records of one thread leave
// in the order in which they came, whatever their delays: what follows a held record waits behind it.

import type { OutgoingRecord } from "./alteration.ts";

interface Held {
  readonly record: OutgoingRecord;
  readonly dueMs: number;
}

/** The records of a thread that are held. */
interface HeldThread {
  lastDueMs: number;
  count: number;
}

export class DelayLine {
  #ready: OutgoingRecord[] = [];
  /** Due first comes first; of those due at the same time, what came first. */
  readonly #held: Held[] = [];
  readonly #threads = new Map<string, HeldThread>();

  /** Records that have not been taken. */
  get size(): number {
    return this.#ready.length + this.#held.length;
  }

  /** Records that may leave; `release` adds to them. */
  get readyCount(): number {
    return this.#ready.length;
  }

  /** When the next held record may leave; `null` if none is held. */
  get nextDueMs(): number | null {
    return this.#held[0]?.dueMs ?? null;
  }

  /** Whether a record of the thread is held, so that another one would have to wait behind it. */
  holds(threadId: string): boolean {
    return this.#threads.has(threadId);
  }

  push(record: OutgoingRecord, nowMs: number): void {
    const { threadId } = record.origin;
    const thread = this.#threads.get(threadId);
    const dueMs = Math.max(nowMs + record.delayMs, thread?.lastDueMs ?? 0);
    if (dueMs <= nowMs && thread === undefined) {
      this.#ready.push(record);
      return;
    }
    if (thread === undefined) this.#threads.set(threadId, { lastDueMs: dueMs, count: 1 });
    else {
      thread.lastDueMs = dueMs;
      thread.count++;
    }
    this.#insert({ record, dueMs });
  }

  /** Takes what may leave, at most `max` records. */
  take(max: number): OutgoingRecord[] {
    if (this.#ready.length > max) return this.#ready.splice(0, max);
    const taken = this.#ready;
    this.#ready = [];
    return taken;
  }

  /** Lets go what is due; `Infinity` = everything. */
  release(nowMs: number): void {
    let count = 0;
    for (const { record, dueMs } of this.#held) {
      if (dueMs > nowMs) break;
      count++;
      this.#ready.push(record);
      this.#forget(record.origin.threadId);
    }
    if (count > 0) this.#held.splice(0, count);
  }

  #forget(threadId: string): void {
    const thread = this.#threads.get(threadId);
    if (thread !== undefined && --thread.count === 0) this.#threads.delete(threadId);
  }

  /** Nearly always at the end, since delays are mostly the same. */
  #insert(held: Held): void {
    let at = this.#held.length;
    while (at > 0 && (this.#held[at - 1]?.dueMs ?? 0) > held.dueMs) at--;
    this.#held.splice(at, 0, held);
  }
}
