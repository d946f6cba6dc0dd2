// Waiting for a promise no longer than a deadline. What was waited for goes on by itself; its late outcome is
// ignored, never an unhandled rejection.

import { DashstreamError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";

/** @throws DashstreamError `kafka_unreachable` (its cause has the code `ETIMEDOUT`) after `timeoutMs` */
export function withDeadline<T>(clock: Clock, timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(timeoutMs, () => {
      const cause = Object.assign(new Error("deadline passed"), { code: "ETIMEDOUT" });
      reject(
        new DashstreamError("kafka_unreachable", `${what}: no answer within ${timeoutMs} ms`, { cause }),
      );
    });
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}

/** Like `withDeadline`, for clean-up: resolves `true` if `work` ended well in time, `false` otherwise. */
export function endsWithin(clock: Clock, timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  return withDeadline(clock, timeoutMs, "clean-up", work).then(
    () => true,
    () => false,
  );
}
