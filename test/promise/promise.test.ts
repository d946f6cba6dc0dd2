// The promise of the stream, end to end: a client that reconnects, after any restart, gets every record after its
// cursor exactly once and in order per partition, or is told exactly which are missing. Some hundreds of schedules in
// virtual time; `main.ts` runs them by the thousand.

import { expect, test } from "bun:test";
import { runSchedule } from "./run.ts";
import { scheduleOf } from "./schedule.ts";

const FIRST_SEED = 1;
/** The quick tier has less time. */
const COUNT = process.env.DASHSTREAM_SKIP_REAL === "1" ? 100 : 300;
const GROUPS = 10;
const TIMEOUT_MS = 120_000;

for (let group = 0; group < GROUPS; group++) {
  const share = COUNT / GROUPS;
  const from = FIRST_SEED + group * share;
  const last = from + share - 1;
  test(
    `schedules ${from} to ${last}: every record comes once and in order, or is named as missing`,
    async () => {
      for (let seed = from; seed <= last; seed++) {
        const { violation } = await runSchedule(scheduleOf(seed), { lenient: false });
        const again = `bun test/promise/main.ts --from ${seed} --count 1`;
        expect(violation === null ? null : `${violation}\nagain, and smaller: ${again}`).toBeNull();
      }
    },
    TIMEOUT_MS,
  );
}
