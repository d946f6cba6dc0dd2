// How long an open stream waits for room among its dead letters: a burst of bad records waits the few milliseconds
// that a healthy Kafka takes for the letters before it; a Kafka that takes nothing is waited for once, and from then
// on letters without a permit are dropped, until it takes one again. So a burst loses nothing, and an outage stops
// nothing.

import type { Clock } from "../runtime/clock.ts";
import type { Permits } from "./permits.ts";

/** Longest wait for a permit before Kafka counts as taking nothing. */
const MAX_WAIT_MS = 1_000;

export class DeadLetterRoom {
  readonly #permits: Permits;
  readonly #clock: Clock;
  /** Kafka took nothing during a whole wait, and nothing since. */
  #standstill = false;
  #waiting: Promise<void> | null = null;

  constructor(permits: Permits, clock: Clock) {
    this.#permits = permits;
    this.#clock = clock;
  }

  /** True if the next letter should wait. */
  get isShort(): boolean {
    return this.#permits.free === 0 && !this.#standstill;
  }

  /** Resolves when there is room, or it was waited for long enough; `null` if nobody needs to wait. */
  wait(): Promise<void> | null {
    if (!this.isShort) return null;
    this.#waiting ??= this.#waitOnce().finally(() => {
      this.#waiting = null;
    });
    return this.#waiting;
  }

  /** Kafka has a letter. */
  taken(): void {
    this.#standstill = false;
  }

  async #waitOnce(): Promise<void> {
    const enough = new AbortController();
    const released = this.#permits.released().then(() => enough.abort());
    const passed = this.#clock.sleep(MAX_WAIT_MS, enough.signal);
    await Promise.race([released, passed]);
    if (this.#permits.free === 0) this.#standstill = true;
  }
}
