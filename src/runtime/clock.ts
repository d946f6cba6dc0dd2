// Time as an argument. Code that waits or looks at the time takes a `Clock`; the wall clock is one of two
// implementations, the virtual clock of the verifier the other.

/** A pending timer. Cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall-clock time, milliseconds since the Unix epoch. May jump. */
  nowMs(): number;
  /** Monotonic time in milliseconds with sub-millisecond digits, for durations. */
  monotonicMs(): number;
  /** Calls `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): Timer;
  /** Calls `run` every `intervalMs`, first after one interval. */
  every(intervalMs: number, run: () => void): Timer;
  /** Resolves `true` after `delayMs`, or `false` as soon as `signal` aborts. Never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<boolean>;
}

/** Builds `sleep` from `after`; shared by all clocks so that abort behaves the same everywhere. */
export function sleepOn(after: Clock["after"], delayMs: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const onAbort = () => {
      timer.cancel();
      resolve(false);
    };
    const timer = after(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve(true);
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** The machine's own clock. Its timers keep the process alive until they fire or are cancelled. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const id = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(id) };
  },
  every(intervalMs, run) {
    const id = setInterval(run, intervalMs);
    return { cancel: () => clearInterval(id) };
  },
  sleep(delayMs, signal) {
    return sleepOn(this.after, delayMs, signal);
  },
};
