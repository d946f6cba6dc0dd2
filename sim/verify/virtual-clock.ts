// Time that moves only when told to, and never past unfinished consequences: after each timer, everything that it
// set off (promises, and what was due at the same instant) has happened before the next one fires. What the
// machine does in the background is not seen: real sockets, files, thread pools (asynchronous zlib).

import { DashstreamError } from "../../src/errors.ts";
import { type Clock, sleepOn, type Timer } from "../../src/runtime/clock.ts";
import { TimerHeap } from "./timer-heap.ts";

/** Events at one instant after which time is taken to stand still; the busiest honest instants have thousands. */
const MAX_EVENTS_PER_INSTANT = 1_000_000;

// Taken before anybody can put virtual ones in their place.
const realSetImmediate = setImmediate;

/** One turn of the machine's event loop: the queues of promises and of `process.nextTick` are empty after it. */
function realTurn(): Promise<void> {
  return new Promise((resolve) => {
    realSetImmediate(resolve);
  });
}

/**
 * The clock of a simulated world.
 *
 * The moving methods (`advance`, `runUntil`, `settle`) are for the one who drives the world, one call at a time; an
 * error thrown by a timer's function rejects them.
 */
export class VirtualClock implements Clock {
  readonly #startMs: number;
  readonly #heap = new TimerHeap();
  #elapsedMs = 0;
  #eventsThisInstant = 0;
  #moving = false;

  /** @param startMs wall-clock time at the beginning, whole milliseconds since the Unix epoch */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  /** Whole milliseconds, as the machine's clock gives. */
  nowMs(): number {
    return Math.floor(this.#startMs + this.#elapsedMs);
  }

  /** Milliseconds since the beginning. */
  monotonicMs(): number {
    return this.#elapsedMs;
  }

  /** A delay of 0 or less is this instant, after what is already due. */
  after(delayMs: number, run: () => void): Timer {
    const dueMs = this.#elapsedMs + (delayMs > 0 ? delayMs : 0);
    const entry = this.#heap.add(dueMs, run);
    return { cancel: () => this.#heap.cancel(entry) };
  }

  every(intervalMs: number, run: () => void): Timer {
    let timer: Timer;
    const tick = () => {
      timer = this.after(intervalMs, tick);
      run();
    };
    timer = this.after(intervalMs, tick);
    return { cancel: () => timer.cancel() };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<boolean> {
    return sleepOn((ms, run) => this.after(ms, run), delayMs, signal);
  }

  /** Timers that wait. */
  get pendingCount(): number {
    return this.#heap.size;
  }

  /** Moves time forward by `ms`; what falls due on the way happens at its time. */
  async advance(ms: number): Promise<void> {
    await this.#move(this.#elapsedMs + ms, () => false);
  }

  /**
   * Moves time forward until `condition` holds, but at most by `limitMs`. It is asked after every event, so the
   * clock shows the time at which it became true.
   * @returns whether it holds
   */
  runUntil(condition: () => boolean, limitMs: number): Promise<boolean> {
    return this.#move(this.#elapsedMs + limitMs, condition);
  }

  /**
   * Moves time forward until `promise` is settled.
   * @returns what it resolves with, or rejects with what it rejects with
   * @throws DashstreamError `invariant` if it is not settled after `limitMs`, or nothing is left that could do it
   */
  async settle<T>(promise: Promise<T>, limitMs: number): Promise<T> {
    let settled = false;
    const mark = () => {
      settled = true;
    };
    promise.then(mark, mark);
    if (await this.runUntil(() => settled, limitMs)) return promise;
    const left = this.pendingCount === 0 ? "no timer is left" : `${this.pendingCount} timers are left`;
    throw new DashstreamError("invariant", `a promise is not settled after ${limitMs} virtual ms; ${left}`);
  }

  async #move(untilMs: number, condition: () => boolean): Promise<boolean> {
    if (this.#moving) throw new DashstreamError("invariant", "the virtual clock is already being moved");
    this.#moving = true;
    try {
      await realTurn();
      while (!condition()) {
        const dueMs = this.#heap.nextDueMs();
        if (dueMs > untilMs) {
          this.#goTo(untilMs);
          return false;
        }
        this.#goTo(dueMs);
        this.#heap.take()?.();
        await realTurn();
      }
      return true;
    } finally {
      this.#moving = false;
    }
  }

  #goTo(elapsedMs: number): void {
    if (elapsedMs > this.#elapsedMs) {
      this.#elapsedMs = elapsedMs;
      this.#eventsThisInstant = 0;
    } else if (++this.#eventsThisInstant > MAX_EVENTS_PER_INSTANT) {
      const message = `time stands still at ${elapsedMs} ms: more than ${MAX_EVENTS_PER_INSTANT} events`;
      throw new DashstreamError("invariant", message);
    }
  }
}
