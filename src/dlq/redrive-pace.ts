// How fast records are redriven: so many a second, with bursts of at most one second's worth.

import type { Clock } from "../runtime/clock.ts";
import { TokenBucket } from "../stream/token-bucket.ts";

/** A long wait is told of so often. */
const MAX_SLEEP_MS = 250;

export class RedrivePace {
  /** The most that can be taken at once. */
  readonly maxAtOnce: number;
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;

  constructor(clock: Clock, perSecond: number) {
    this.maxAtOnce = Math.max(1, Math.floor(perSecond));
    this.#clock = clock;
    const limit = { messagesPerSecond: perSecond, burstCapacity: this.maxAtOnce };
    this.#bucket = new TokenBucket(limit, clock.monotonicMs());
  }

  /**
   * Resolves `true` once `count` may be sent, `false` as soon as `signal` aborts. `onWait` is called at the beginning of
   * a wait and again and again until it is over.
   */
  async take(count: number, signal?: AbortSignal, onWait?: () => void): Promise<boolean> {
    while (!this.#bucket.take(count, this.#clock.monotonicMs())) {
      const waitMs = this.#bucket.waitMs(count, this.#clock.monotonicMs());
      onWait?.();
      if (!(await this.#clock.sleep(Math.min(waitMs, MAX_SLEEP_MS), signal))) return false;
    }
    return true;
  }
}
