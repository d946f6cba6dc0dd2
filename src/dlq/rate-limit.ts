// A token bucket on the given clock: so many records a second, with bursts of at most one second's worth.

import type { Clock } from "../runtime/clock.ts";

/** A long wait is told of so often. */
const MAX_SLEEP_MS = 250;

export class RateLimit {
  readonly #clock: Clock;
  readonly #perSecond: number;
  #tokens: number;
  #filledAtMs: number;

  /** The bucket is full at first. */
  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#tokens = this.maxAtOnce;
    this.#filledAtMs = clock.monotonicMs();
  }

  /** The most that can be taken at once. */
  get maxAtOnce(): number {
    return Math.max(1, Math.floor(this.#perSecond));
  }

  /**
   * Resolves `true` once `count` may be sent, `false` as soon as `signal` aborts. `onWait` is called at the beginning of
   * a wait and again and again until it is over.
   */
  async take(count: number, signal?: AbortSignal, onWait?: () => void): Promise<boolean> {
    for (;;) {
      this.#fill();
      if (this.#tokens >= count) break;
      const waitMs = Math.ceil(((count - this.#tokens) / this.#perSecond) * 1000);
      onWait?.();
      if (!(await this.#clock.sleep(Math.min(waitMs, MAX_SLEEP_MS), signal))) return false;
    }
    this.#tokens -= count;
    return true;
  }

  #fill(): void {
    const nowMs = this.#clock.monotonicMs();
    const gained = ((nowMs - this.#filledAtMs) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.maxAtOnce, this.#tokens + gained);
    this.#filledAtMs = nowMs;
  }
}
