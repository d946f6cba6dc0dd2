// A clock that stands still until a test moves it. Timers fire in the order of their times while it moves.

import { type Clock, sleepOn, type Timer } from "../../src/runtime/clock.ts";

export interface ManualClock extends Clock {
  /** Moves time forward, firing what falls due on the way. */
  advance(ms: number): void;
  /** Delays of the timers that are waiting, shortest first, in milliseconds from now. */
  pendingDelays(): readonly number[];
}

interface Pending {
  readonly dueMs: number;
  readonly run: () => void;
}

export function manualClock(startMs = 1_700_000_000_000): ManualClock {
  let elapsedMs = 0;
  const pending = new Set<Pending>();

  const schedule = (delayMs: number, run: () => void): Timer => {
    const entry = { dueMs: elapsedMs + delayMs, run };
    pending.add(entry);
    return { cancel: () => pending.delete(entry) };
  };
  const inOrder = () => [...pending].sort((a, b) => a.dueMs - b.dueMs);

  return {
    nowMs: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    after: schedule,
    every(intervalMs, run) {
      let timer: Timer;
      const tick = () => {
        timer = schedule(intervalMs, tick);
        run();
      };
      timer = schedule(intervalMs, tick);
      return { cancel: () => timer.cancel() };
    },
    sleep: (delayMs, signal) => sleepOn(schedule, delayMs, signal),
    advance(ms) {
      const untilMs = elapsedMs + ms;
      for (let next = inOrder()[0]; next !== undefined && next.dueMs <= untilMs; next = inOrder()[0]) {
        pending.delete(next);
        elapsedMs = next.dueMs;
        next.run();
      }
      elapsedMs = untilMs;
    },
    pendingDelays: () => inOrder().map((entry) => entry.dueMs - elapsedMs),
  };
}
