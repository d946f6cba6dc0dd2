// Waiting for what shows only when one asks: in another process, or in a counter.

import { systemClock } from "../../src/runtime/clock.ts";

/** Leaves the machine to whoever is waited for. */
const PAUSE_MS = 20;

/** Asks until the answer is true. The time limit is that of the test. */
export async function eventually(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await systemClock.sleep(PAUSE_MS);
}
