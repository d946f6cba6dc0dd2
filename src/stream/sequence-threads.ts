// All tracked threads of all partitions under one bound. When it is reached, the thread used least recently
// makes room; a halted thread only if nothing else is left, because forgetting it would resume its delivery.

import type { SequenceGap } from "./sequence.ts";
import { SequenceThread } from "./sequence-thread.ts";

export class SequenceThreads {
  readonly #maxThreads: number;
  readonly #partitions = new Map<number, Map<string, SequenceThread>>();
  readonly #halted = new Map<SequenceThread, SequenceGap>();
  #count = 0;
  #newest: SequenceThread | null = null;
  #oldest: SequenceThread | null = null;
  // Records come in batches of one partition: the map of the last one is nearly always the right one.
  #lastPartition = -1;
  #lastThreads: Map<string, SequenceThread> | undefined;

  constructor(maxThreads: number) {
    this.#maxThreads = maxThreads;
  }

  get count(): number {
    return this.#count;
  }

  /** Halted threads with the gap that halted each. */
  get halted(): ReadonlyMap<SequenceThread, SequenceGap> {
    return this.#halted;
  }

  find(partition: number, id: string): SequenceThread | undefined {
    if (partition !== this.#lastPartition) {
      this.#lastPartition = partition;
      this.#lastThreads = this.#partitions.get(partition);
    }
    return this.#lastThreads?.get(id);
  }

  /** Makes `thread` the last to be evicted. */
  touch(thread: SequenceThread): void {
    if (thread === this.#newest || thread.halted) return;
    this.#unlink(thread);
    this.#linkNewest(thread);
  }

  /** The thread that must go before another one is added, or null if there is room. */
  get nextToEvict(): SequenceThread | null {
    if (this.#count < this.#maxThreads) return null;
    return this.#oldest ?? this.#halted.keys().next().value ?? null;
  }

  add(partition: number, id: string, baseline: number, timestampUs: number): void {
    const thread = new SequenceThread(partition, id, baseline, timestampUs);
    let threads = this.#partitions.get(partition);
    if (threads === undefined) {
      threads = new Map();
      this.#partitions.set(partition, threads);
      this.#lastPartition = -1;
    }
    threads.set(id, thread);
    this.#count++;
    this.#linkNewest(thread);
  }

  halt(thread: SequenceThread, gap: SequenceGap): void {
    this.#unlink(thread);
    thread.halted = true;
    this.#halted.set(thread, gap);
  }

  remove(thread: SequenceThread): void {
    const threads = this.#partitions.get(thread.partition);
    if (!threads?.delete(thread.id)) return;
    if (threads.size === 0) {
      this.#partitions.delete(thread.partition);
      this.#lastPartition = -1;
    }
    this.#count--;
    if (thread.halted) this.#halted.delete(thread);
    else this.#unlink(thread);
  }

  /** Threads of one partition; the array stays valid while threads are removed. */
  ofPartition(partition: number): readonly SequenceThread[] {
    return [...(this.#partitions.get(partition)?.values() ?? [])];
  }

  /** The threads of that id; usually one, because a key belongs to one partition. */
  ofId(id: string): readonly SequenceThread[] {
    const found: SequenceThread[] = [];
    for (const threads of this.#partitions.values()) {
      const thread = threads.get(id);
      if (thread !== undefined) found.push(thread);
    }
    return found;
  }

  #linkNewest(thread: SequenceThread): void {
    thread.older = this.#newest;
    thread.newer = null;
    if (this.#newest === null) this.#oldest = thread;
    else this.#newest.newer = thread;
    this.#newest = thread;
  }

  #unlink(thread: SequenceThread): void {
    if (thread.newer === null) this.#newest = thread.older;
    else thread.newer.older = thread.older;
    if (thread.older === null) this.#oldest = thread.newer;
    else thread.older.newer = thread.newer;
    thread.newer = null;
    thread.older = null;
  }
}
