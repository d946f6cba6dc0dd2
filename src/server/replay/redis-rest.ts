// After a failure Redis is left alone for a while, so that one which hangs does not hold up every batch; then one
// attempt tries it, the others do not wait for that.

import type { Clock } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import { backoffMs } from "../../stream/backoff.ts";

export class Rest {
  readonly #clock: Clock;
  readonly #random: Random;
  #failures = 0;
  #untilMs = 0;
  #probing = false;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Whether an attempt may begin now. */
  get isOver(): boolean {
    return !this.#probing && this.#clock.monotonicMs() >= this.#untilMs;
  }

  /** An attempt begins. */
  begin(): void {
    this.#probing = this.#failures > 0;
  }

  /** An attempt succeeded, or there is a new connection. */
  end(): void {
    this.#failures = 0;
    this.#untilMs = 0;
    this.#probing = false;
  }

  /** An attempt failed; gives the pause in milliseconds. Attempts that fail together are one failure. */
  failed(): number {
    const nowMs = this.#clock.monotonicMs();
    this.#probing = false;
    if (nowMs >= this.#untilMs) {
      this.#failures++;
      this.#untilMs = nowMs + backoffMs(this.#failures, this.#random);
    }
    return Math.round(this.#untilMs - nowMs);
  }
}
