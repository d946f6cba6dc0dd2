import { describe, expect, test } from "bun:test";
import { RedrivePace } from "../../src/dlq/redrive-pace.ts";
import { manualClock } from "../support/manual-clock.ts";

/** Lets what is due run. */
const turn = async () => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

describe("the pace of a redrive", () => {
  test("lets one second's worth go at once, and then so many a second", async () => {
    const clock = manualClock();
    const pace = new RedrivePace(clock, 10);
    let taken = 0;
    const taking = (async () => {
      for (let i = 0; i < 6; i++) {
        await pace.take(5);
        taken += 5;
      }
    })();
    await turn();
    expect(taken).toBe(10);
    for (const expected of [15, 20, 25, 30]) {
      clock.advance(499);
      await turn();
      expect(taken).toBe(expected - 5);
      clock.advance(1);
      await turn();
      expect(taken).toBe(expected);
    }
    await taking;
  });

  test("does not save up more than one second's worth", async () => {
    const clock = manualClock();
    const pace = new RedrivePace(clock, 10);
    await pace.take(10);
    clock.advance(60_000);
    await pace.take(10);
    void pace.take(1);
    await turn();
    expect(clock.pendingDelays()).toEqual([100]);
  });

  test("below one a second still lets one go at a time", async () => {
    const clock = manualClock();
    const pace = new RedrivePace(clock, 0.5);
    expect(pace.maxAtOnce).toBe(1);
    await pace.take(1);
    let isTaken = false;
    const taking = pace.take(1).then((taken) => {
      isTaken = taken;
    });
    clock.advance(1999);
    await turn();
    expect(isTaken).toBe(false);
    clock.advance(1);
    await taking;
    expect(isTaken).toBe(true);
  });

  test("tells of a wait again and again, and of none if there is none", async () => {
    const clock = manualClock();
    const pace = new RedrivePace(clock, 1);
    let told = 0;
    const onWait = () => void told++;
    await pace.take(1, undefined, onWait);
    expect(told).toBe(0);
    const taking = pace.take(1, undefined, onWait);
    for (const expected of [1, 2, 3, 4]) {
      await turn();
      expect(told).toBe(expected);
      clock.advance(250);
    }
    await taking;
    expect(told).toBe(4);
  });

  test("waits no longer than it is asked to", async () => {
    const ending = new AbortController();
    const pace = new RedrivePace(manualClock(), 1);
    await pace.take(1);
    const taking = pace.take(1, ending.signal);
    ending.abort();
    expect(await taking).toBe(false);
  });
});
