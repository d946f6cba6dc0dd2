// Time that moves only when told to, and jumps from timer to timer. Before each jump everything that follows from
// the last timer has happened: promises, deliveries of the in-memory network, immediates. So an hour takes as long
// as its work does, and the same run gives the same order of events. Work on other threads is not waited for:
// nothing that runs under this clock may use asynchronous zlib, crypto or file calls.

import { DashstreamError } from "../../src/errors.ts";
import { type Clock, sleepOn, type Timer } from "../../src/runtime/clock.ts";
import { type PendingTimer, TimerHeap } from "./timer-heap.ts";
import { nextTurn } from "./turns.ts";

export interface VirtualClockOptions {
  /** Wall-clock time at the start, milliseconds since the Unix epoch. */
  readonly startMs: number;
  /** True while something is on its way that will call back without a timer, such as bytes in a network. */
  readonly isBusy?: () => boolean;
}

/** Turns of the event loop without anything under way after which nothing follows any more: the runtime's own
 * streams and responses take one turn without showing in `isBusy`. */
const IDLE_TURNS = 2;
/** Runtimes fire no timer sooner than this, which keeps a timer that sets itself again from stopping time. */
const MIN_DELAY_MS = 1;

export class VirtualClock implements Clock {
  readonly #startMs: number;
  readonly #isBusy: () => boolean;
  readonly #timers = new TimerHeap();
  #elapsedMs = 0;
  #sequence = 0;
  #moving = false;

  constructor({ startMs, isBusy = () => false }: VirtualClockOptions) {
    this.#startMs = startMs;
    this.#isBusy = isBusy;
  }

  nowMs(): number {
    return Math.floor(this.#startMs + this.#elapsedMs);
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, run: () => void): Timer {
    // A delay that is not a number counts as none, as in the runtimes.
    const dueMs = this.#elapsedMs + (delayMs > MIN_DELAY_MS ? delayMs : MIN_DELAY_MS);
    const timer: PendingTimer = { dueMs, sequence: this.#sequence++, run, cancelled: false };
    this.#timers.push(timer);
    return {
      cancel() {
        timer.cancelled = true;
      },
    };
  }

  every(intervalMs: number, run: () => void): Timer {
    let cancelled = false;
    let timer: Timer;
    const tick = () => {
      run();
      if (!cancelled) timer = this.after(intervalMs, tick);
    };
    timer = this.after(intervalMs, tick);
    return {
      cancel() {
        cancelled = true;
        timer.cancel();
      },
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<boolean> {
    return sleepOn((ms, run) => this.after(ms, run), delayMs, signal);
  }

  /** Resolves when everything that follows from what has happened so far has happened, without time passing. */
  async settled(): Promise<void> {
    for (let idle = 0; idle < IDLE_TURNS; ) {
      await nextTurn();
      idle = this.#isBusy() ? 0 : idle + 1;
    }
  }

  /** Lets `ms` pass. @throws DashstreamError `invariant` while time is moved already; and what a timer throws */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await this.#move(untilMs, () => false);
    this.#elapsedMs = untilMs;
  }

  /**
   * Lets time pass until `predicate` holds; it is asked whenever nothing follows without a timer.
   * @returns false if it does not hold within `limitMs`
   * @throws as {@link VirtualClock.advance}
   */
  async runUntil(predicate: () => boolean, limitMs: number): Promise<boolean> {
    const untilMs = this.#elapsedMs + limitMs;
    if (await this.#move(untilMs, predicate)) return true;
    this.#elapsedMs = untilMs;
    return false;
  }

  async #move(untilMs: number, predicate: () => boolean): Promise<boolean> {
    if (this.#moving)
      throw new DashstreamError("invariant", "virtual time is moved by somebody else already");
    this.#moving = true;
    try {
      for (;;) {
        await this.settled();
        if (predicate()) return true;
        const next = this.#timers.peek();
        if (next === undefined || next.dueMs > untilMs) return false;
        this.#timers.pop();
        this.#elapsedMs = next.dueMs;
        next.run();
      }
    } finally {
      this.#moving = false;
    }
  }
}
