// Knows whether work is under way, so that callers can wait for "nothing left to do" without waiting by time.

/** Counts pieces of work under way. */
export class Activity {
  #pending = 0;
  #waiters: Array<() => void> = [];

  /** Pieces of work under way now. */
  get pending(): number {
    return this.#pending;
  }

  begin(count = 1): void {
    this.#pending += count;
  }

  end(count = 1): void {
    this.#pending -= count;
    if (this.#pending > 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  /** Resolves when nothing is under way; at once if that is so now. */
  settled(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }
}
