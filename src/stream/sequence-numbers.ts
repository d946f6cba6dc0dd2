// The numbers that a producer gives to the messages of each thread: 1, 2, 3 and so on. Bounded: beyond 100,000 threads
// the one used least recently is forgotten. Should it come back, it begins again at 1 with a newer time, which
// consumers take for a restart and not for a loss.

const MAX_THREADS = 100_000;

export class SequenceNumbers {
  /** Last number given, by thread; least recently used first. */
  readonly #last = new Map<string, number>();
  readonly #maxThreads: number;

  constructor(maxThreads = MAX_THREADS) {
    this.#maxThreads = maxThreads;
  }

  /** The number after the last one that was taken. */
  next(threadId: string): number {
    return (this.#last.get(threadId) ?? 0) + 1;
  }

  /** `number` was given to a message of the thread. */
  take(threadId: string, number: number): void {
    this.#last.delete(threadId);
    this.#last.set(threadId, number);
    if (this.#last.size <= this.#maxThreads) return;
    const [oldest] = this.#last.keys();
    if (oldest !== undefined) this.#last.delete(oldest);
  }
}
