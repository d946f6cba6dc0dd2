// Something that a fault does again and again, the first time at once.

import { describeError } from "../../src/errors.ts";
import type { Stage } from "./stage.ts";

/**
 * Does it, and again each time the interval has passed; one that is still going on is not begun again.
 * Resolves when the first time is over.
 * @param what begins the log line about a later time that failed, for example `keys were not evicted`
 * @returns ends it; resolves when one that is going on is over
 * @throws what the first time throws
 */
export async function repeatedly(
  { clock, log }: Pick<Stage, "clock" | "log">,
  everySeconds: number,
  act: () => Promise<void>,
  what: string,
): Promise<() => Promise<void>> {
  await act();
  let going: Promise<void> | null = null;
  const timer = clock.every(everySeconds * 1_000, () => {
    going ??= act()
      .catch((error: unknown) => log.warn(what, { error: describeError(error) }))
      .finally(() => {
        going = null;
      });
  });
  return async () => {
    timer.cancel();
    await going;
  };
}
