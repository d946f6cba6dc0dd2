// The times of a span: when it began by the wall clock, and from there by the monotonic one, so that a corrected clock
// makes no span end before it began.

import type { Clock } from "../../runtime/clock.ts";

export class Stopwatch {
  readonly #clock: Clock;
  readonly #monotonicMs: number;
  /** Milliseconds since the epoch. */
  readonly startMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#monotonicMs = clock.monotonicMs();
    this.startMs = clock.nowMs();
  }

  /** Now, milliseconds since the epoch. */
  nowMs(): number {
    return this.startMs + this.#clock.monotonicMs() - this.#monotonicMs;
  }
}
