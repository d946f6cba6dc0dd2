// An orderly end of a command that does not take for ever.

import { DashstreamError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";

/**
 * Runs an orderly end.
 * @throws DashstreamError `aborted` if it takes longer than `timeoutSecs`; what is left ends with the process
 */
export async function endWithin(timeoutSecs: number, clock: Clock, stop: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const stopped = stop().finally(() => over.abort());
  const late = clock.sleep(timeoutSecs * 1000, over.signal);
  if (!(await Promise.race([late, stopped.then(() => false)]))) return stopped;
  throw new DashstreamError(
    "aborted",
    `the orderly end took longer than SHUTDOWN_TIMEOUT_SECS (${timeoutSecs} s)`,
  );
}
