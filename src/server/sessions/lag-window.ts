// How much a client lost lately: decides when a slow client is disconnected.

/** Sums lost records in a window that starts with the first loss; a window of 0 sums over the connection's life. */
export class LagWindow {
  readonly #windowMs: number;
  #startedAtMs: number | null = null;
  #sum = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Adds `count` lost records and gives the sum of the window. */
  add(count: number, nowMs: number): number {
    const expired =
      this.#startedAtMs !== null && this.#windowMs > 0 && nowMs - this.#startedAtMs > this.#windowMs;
    if (this.#startedAtMs === null || expired) {
      this.#startedAtMs = nowMs;
      this.#sum = 0;
    }
    this.#sum += count;
    return this.#sum;
  }
}
