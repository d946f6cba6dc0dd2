import { describe, expect, test } from "bun:test";
import { BytePace } from "../../../src/server/replay/byte-pace.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { settle } from "./tier-rig.ts";

const never = new AbortController().signal;

/** Milliseconds until it is settled. */
async function waited(pace: BytePace, clock: ReturnType<typeof manualClock>): Promise<number> {
  const startedMs = clock.monotonicMs();
  let settled = false;
  const done = pace.settled(never).then(() => {
    settled = true;
  });
  for (await settle(); !settled; await settle()) clock.advance(clock.pendingDelays()[0] ?? 0);
  await done;
  return clock.monotonicMs() - startedMs;
}

describe("bytes a second", () => {
  test("are free for the first second's worth, and paid afterwards", async () => {
    const clock = manualClock();
    const pace = new BytePace(1000, clock);
    pace.spend(1000);
    expect(await waited(pace, clock)).toBe(0);
    pace.spend(500);
    expect(await waited(pace, clock)).toBe(500);
    clock.advance(60_000);
    pace.spend(1000);
    expect(await waited(pace, clock)).toBe(0);
  });

  test("hold for what is larger than a second's worth too", async () => {
    const clock = manualClock();
    const pace = new BytePace(1000, clock);
    pace.spend(11_000);
    expect(await waited(pace, clock)).toBe(10_000);
  });

  test("are without end if there is no limit", async () => {
    const clock = manualClock();
    const pace = new BytePace(0, clock);
    pace.spend(Number.MAX_SAFE_INTEGER);
    expect(await waited(pace, clock)).toBe(0);
  });

  test("are not waited for by who stops", async () => {
    const clock = manualClock();
    const pace = new BytePace(10, clock);
    pace.spend(1_000_000);
    const stopping = new AbortController();
    const waiting = pace.settled(stopping.signal);
    await settle();
    stopping.abort();
    await waiting;
    expect(clock.pendingDelays()).toEqual([]);
  });
});
