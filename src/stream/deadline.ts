// Waiting for a promise no longer than a deadline. What was waited for goes on by itself; its late outcome is
// ignored, never an unhandled rejection.

import { DashstreamError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";

/** @throws DashstreamError `kafka_unreachable` (its cause has the code `ETIMEDOUT`) after `timeoutMs` */
export function withDeadline<T>(clock: Clock, timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(timeoutMs, () => {
      reject(timedOut(`${what}: no answer within ${timeoutMs} ms`));
    });
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}

/** The error of something that Kafka did not do in time: `kafka_unreachable`, its cause has the code `ETIMEDOUT`. */
export function timedOut(message: string): DashstreamError {
  const cause = Object.assign(new Error("deadline passed"), { code: "ETIMEDOUT" });
  return new DashstreamError("kafka_unreachable", message, { cause });
}

/** Like `withDeadline`, for clean-up: resolves `true` if `work` ended well in time, `false` otherwise. */
export function endsWithin(clock: Clock, timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  return withDeadline(clock, timeoutMs, "clean-up", work).then(
    () => true,
    () => false,
  );
}

/** Waits for `work` until `signal` aborts. @throws DashstreamError `aborted` */
export function unlessAborted<T>(signal: AbortSignal, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DashstreamError("aborted", `${what} was cancelled`));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
