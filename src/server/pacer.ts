// The pace of a browser on the paired protocol. Such a client drains its socket at once and decodes later, so
// neither TCP nor buffered bytes show how far it is; it goes deaf when some 500 values wait. It is therefore sent
// a burst and then a rate that it is known to keep up with.

/** A token bucket on the caller's clock: starts full, refills continuously. */
export class Pacer {
  readonly #burst: number;
  readonly #ratePerMs: number;
  #tokens: number;
  #refilledAtMs: number;

  constructor(burst: number, ratePerSecond: number, nowMs: number) {
    this.#burst = burst;
    this.#ratePerMs = ratePerSecond / 1000;
    this.#tokens = burst;
    this.#refilledAtMs = nowMs;
  }

  /** Whole records that may be sent now. */
  available(nowMs: number): number {
    const elapsedMs = Math.max(0, nowMs - this.#refilledAtMs);
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsedMs * this.#ratePerMs);
    this.#refilledAtMs = nowMs;
    return Math.floor(this.#tokens);
  }

  spend(records: number): void {
    this.#tokens -= records;
  }

  /** Milliseconds until one more record may be sent. */
  waitMs(): number {
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) / this.#ratePerMs);
  }
}
