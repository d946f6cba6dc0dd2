import { expect, test } from "bun:test";
import { endWithin } from "../../src/cli/ending.ts";
import { manualClock } from "../support/manual-clock.ts";

const failureOf = (ending: Promise<void>) => ending.then(() => null).catch((error: unknown) => error);

test("an orderly end within its time is all there is to it, and leaves no timer", async () => {
  const clock = manualClock();
  await endWithin(30, clock, () => Promise.resolve());
  expect(clock.pendingDelays()).toEqual([]);
});

test("an orderly end that takes too long is given up, naming the setting", async () => {
  const clock = manualClock();
  const ending = failureOf(endWithin(30, clock, () => new Promise(() => {})));
  clock.advance(30_000);
  expect(await ending).toMatchObject({
    code: "aborted",
    message: "the orderly end took longer than SHUTDOWN_TIMEOUT_SECS (30 s)",
  });
});

test("what goes wrong in an orderly end is passed on", async () => {
  const full = new Error("disk full");
  expect(await failureOf(endWithin(30, manualClock(), () => Promise.reject(full)))).toBe(full);
});
