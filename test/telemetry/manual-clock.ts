// A clock that stands still until a test moves it.

import { type Clock, sleepOn } from "../../src/runtime/clock.ts";

interface Pending {
  dueMs: number;
  readonly everyMs: number | null;
  readonly run: () => void;
}

export interface ManualClock extends Clock {
  /** Moves time on and runs the timers that fall due, in order. */
  advance(ms: number): void;
  /** Timers that have not fired or been cancelled. */
  readonly timers: number;
}

export function manualClock(startMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678)): ManualClock {
  let nowMs = startMs;
  const pending = new Set<Pending>();
  const add = (delayMs: number, everyMs: number | null, run: () => void) => {
    const timer: Pending = { dueMs: nowMs + delayMs, everyMs, run };
    pending.add(timer);
    return { cancel: () => void pending.delete(timer) };
  };
  const clock: ManualClock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs - startMs,
    after: (delayMs, run) => add(delayMs, null, run),
    every: (intervalMs, run) => add(intervalMs, intervalMs, run),
    sleep: (delayMs, signal) => sleepOn(clock.after, delayMs, signal),
    get timers() {
      return pending.size;
    },
    advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        const [next] = [...pending].filter((t) => t.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs);
        if (!next) break;
        nowMs = next.dueMs;
        if (next.everyMs === null) pending.delete(next);
        else next.dueMs += next.everyMs;
        next.run();
      }
      nowMs = endMs;
    },
  };
  return clock;
}
