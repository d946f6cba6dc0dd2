// Checks the per-thread numbering of records: a number that never arrives is reported as a gap exactly once,
// one that arrives late or twice never is, and memory stays bounded however many threads there are.

import { type Hole, PendingHoles } from "./sequence-holes.ts";
import type { SequenceThread } from "./sequence-thread.ts";
import { SequenceThreads } from "./sequence-threads.ts";
import { boundThreadId } from "./thread-id.ts";

/** What a gap leads to: a warning, the end of delivery for that thread, or nothing but a count. */
export type GapPolicy = "warn" | "halt" | "continue";

/**
 * What one record is within its thread. Only `halted` keeps a record from being delivered.
 *
 * - `unsequenced`: no thread id, number 0, or a number above 2^53-1; not validated
 * - `baseline`: first record of a thread that is not (or no longer) tracked
 * - `in_order`: the expected number
 * - `ahead`: numbers before this one are missing; they become a gap unless they arrive within the window
 * - `reordered`: arrived after a higher number
 * - `duplicate`: this number was seen before
 * - `restart`: the producer began again at 1
 * - `halted`: the thread lost a record under policy `halt`
 */
export type SequenceVerdict =
  | "unsequenced"
  | "baseline"
  | "in_order"
  | "ahead"
  | "reordered"
  | "duplicate"
  | "restart"
  | "halted";

/** A run of numbers that did not arrive. */
export interface SequenceGap {
  readonly partition: number;
  readonly threadId: string;
  /** The first missing number. */
  readonly expected: number;
  /** The number whose arrival showed the gap. */
  readonly received: number;
  /** Missing numbers that no unreadable record accounts for; at least 1. */
  readonly size: number;
}

/** Called while a record is observed, or by `expire`. Must not throw and must not call back. */
export interface SequenceEvents {
  gap(gap: SequenceGap): void;
  duplicate(): void;
  reordered(): void;
  restarted(): void;
  /** A thread stopped being delivered; its gap was reported before. */
  halted(gap: SequenceGap): void;
  /** A thread was forgotten to bound memory. */
  evicted(): void;
  /** The number of halted threads changed. */
  haltedThreads(count: number): void;
}

/** What counts as lost, and who hears of it. */
export interface SequenceOptions {
  readonly policy: GapPolicy;
  /** How many records of its thread may overtake a number before it counts as lost. Always 0 under `halt`. */
  readonly reorderWindow?: number;
  /** How long a missing number may stay away before it counts as lost. */
  readonly reorderWindowMs?: number;
  /** Bound over all partitions together; the least recently used thread is forgotten beyond it. */
  readonly maxThreads?: number;
  readonly events: SequenceEvents;
}

const DEFAULT_REORDER_WINDOW = 8;
const DEFAULT_REORDER_WINDOW_MS = 2000;
const DEFAULT_MAX_THREADS = 100_000;

/**
 * Validates the records of all partitions that a process reads. State belongs to a partition and is dropped
 * with it; the bound on threads is shared. Times are any monotonic milliseconds, the same for all calls.
 *
 * A number above 2^53-1 cannot be compared exactly: the record passes as `unsequenced` and, like an unreadable
 * one, accounts for one missing number of its thread.
 */
export class SequenceValidator {
  readonly #policy: GapPolicy;
  readonly #reorderWindow: number;
  readonly #reorderWindowMs: number;
  readonly #events: SequenceEvents;
  readonly #threads: SequenceThreads;
  readonly #pending = new PendingHoles();

  constructor(options: SequenceOptions) {
    this.#policy = options.policy;
    this.#reorderWindow = options.policy === "halt" ? 0 : (options.reorderWindow ?? DEFAULT_REORDER_WINDOW);
    this.#reorderWindowMs = options.reorderWindowMs ?? DEFAULT_REORDER_WINDOW_MS;
    this.#threads = new SequenceThreads(options.maxThreads ?? DEFAULT_MAX_THREADS);
    this.#events = options.events;
  }

  /** Threads tracked now. */
  get trackedThreads(): number {
    return this.#threads.count;
  }

  /**
   * Validates one header. `threadId` is taken as on the wire: it is trimmed and shortened here.
   * @param timestampUs producer time in microseconds since the epoch; 0 or negative = unknown
   */
  observe(
    partition: number,
    threadId: string,
    sequence: number,
    timestampUs: number,
    nowMs: number,
  ): SequenceVerdict {
    const id = boundThreadId(threadId);
    const thread = this.#threads.find(partition, id);
    if (thread === undefined) return this.#begin(partition, id, sequence, timestampUs);
    this.#threads.touch(thread);
    if (thread.halted) return "halted";
    if (sequence === thread.expected && thread.holes === null) {
      thread.advanceTo(sequence, timestampUs);
      thread.records++;
      return "in_order";
    }
    return this.#observeUnusual(thread, sequence, timestampUs, nowMs);
  }

  /**
   * A record of this thread could not be read. It accounts for one missing number, if one is found missing
   * within the reorder window around it: one fault is not to be reported as two.
   */
  excuse(partition: number, threadId: string): void {
    this.#threads.find(partition, boundThreadId(threadId))?.addExcuse(this.#reorderWindow);
  }

  /** Declares what has been missing for longer than the window. Cheap when nothing is due. */
  expire(nowMs: number): void {
    for (let hole = this.#pending.earliest; hole !== null; hole = this.#pending.earliest) {
      if (nowMs < hole.deadlineMs) return;
      this.#declareOldest(hole.thread);
    }
  }

  /** The partition is read by somebody else now: forgets its threads, and what was still missing of them. */
  dropPartition(partition: number): void {
    this.#forget(this.#threads.ofPartition(partition));
  }

  /** The highest number seen of a thread, in each partition that has it; none if it is not tracked. */
  lastSequences(threadId: string): readonly { readonly partition: number; readonly sequence: number }[] {
    const threads = this.#threads.ofId(boundThreadId(threadId));
    return threads.map(({ partition, expected }) => ({ partition, sequence: expected - 1 }));
  }

  isHalted(threadId: string): boolean {
    const id = boundThreadId(threadId);
    for (const thread of this.#threads.halted.keys()) if (thread.id === id) return true;
    return false;
  }

  /** Each halted thread, with the gap that halted it. */
  haltedThreads(): readonly SequenceGap[] {
    return [...this.#threads.halted.values()];
  }

  /** Forgets a thread, halted or not: its next record is a new baseline. False if it is not tracked. */
  resetThread(threadId: string): boolean {
    const threads = this.#threads.ofId(boundThreadId(threadId));
    this.#forget(threads);
    return threads.length > 0;
  }

  /** Forgets all halted threads, so that they are delivered again; gives their number. */
  resetHalted(): number {
    const threads = [...this.#threads.halted.keys()];
    this.#forget(threads);
    return threads.length;
  }

  #begin(partition: number, id: string, sequence: number, timestampUs: number): SequenceVerdict {
    if (id === "" || !isNumbered(sequence)) return "unsequenced";
    const evicted = this.#threads.nextToEvict;
    if (evicted !== null) {
      // Nobody would notice later that these never came: better reported early than not at all.
      while (evicted.holes !== null) this.#declareOldest(evicted);
      this.#forget([evicted]);
      this.#events.evicted();
    }
    this.#threads.add(partition, id, sequence, timestampUs);
    return "baseline";
  }

  /** Everything but the expected number of a thread that misses nothing. */
  #observeUnusual(
    thread: SequenceThread,
    sequence: number,
    timestampUs: number,
    nowMs: number,
  ): SequenceVerdict {
    if (!isNumbered(sequence)) {
      if (sequence > Number.MAX_SAFE_INTEGER) thread.addExcuse(this.#reorderWindow);
      return "unsequenced";
    }
    while (thread.holes !== null && isDue(thread.holes[0], nowMs)) this.#declareOldest(thread);
    const verdict = this.#place(thread, sequence, timestampUs, nowMs);
    thread.records++;
    while (thread.holes !== null && this.#isOvertaken(thread, thread.holes[0])) this.#declareOldest(thread);
    return thread.halted ? "halted" : verdict;
  }

  #place(thread: SequenceThread, sequence: number, timestampUs: number, nowMs: number): SequenceVerdict {
    if (sequence >= thread.expected) {
      const ahead = sequence > thread.expected;
      if (ahead) this.#pending.open(thread, sequence, nowMs + this.#reorderWindowMs);
      thread.advanceTo(sequence, timestampUs);
      return ahead ? "ahead" : "in_order";
    }
    if (sequence === 1 && thread.timestampUs > 0 && timestampUs > thread.timestampUs) {
      while (thread.holes !== null) this.#declareOldest(thread);
      thread.restartAt(sequence, timestampUs);
      this.#events.restarted();
      return "restart";
    }
    this.#pending.fill(thread, sequence);
    if (thread.markSeen(sequence)) {
      this.#events.duplicate();
      return "duplicate";
    }
    this.#events.reordered();
    return "reordered";
  }

  #isOvertaken(thread: SequenceThread, hole: Hole | undefined): boolean {
    return hole !== undefined && thread.records - hole.foundAtRecord > this.#reorderWindow;
  }

  #declareOldest(thread: SequenceThread): void {
    const hole = thread.holes?.[0];
    if (hole === undefined) return;
    this.#pending.closeOldest(thread);
    const missing = hole.to - hole.from + 1;
    const size = missing - thread.takeExcuses(missing, hole.foundAtRecord, this.#reorderWindow);
    if (size === 0) return;
    const { from: expected, received } = hole;
    const gap = { partition: thread.partition, threadId: thread.id, expected, received, size };
    this.#events.gap(gap);
    if (this.#policy !== "halt" || thread.halted) return;
    this.#threads.halt(thread, gap);
    this.#events.halted(gap);
    this.#events.haltedThreads(this.#threads.halted.size);
  }

  #forget(threads: readonly SequenceThread[]): void {
    const haltedBefore = this.#threads.halted.size;
    for (const thread of threads) {
      this.#pending.discard(thread);
      this.#threads.remove(thread);
    }
    const halted = this.#threads.halted.size;
    if (halted !== haltedBefore) this.#events.haltedThreads(halted);
  }
}

function isNumbered(sequence: number): boolean {
  return sequence >= 1 && sequence <= Number.MAX_SAFE_INTEGER;
}

function isDue(hole: Hole | undefined, nowMs: number): boolean {
  return hole !== undefined && nowMs >= hole.deadlineMs;
}
