// Virtual time moves only when told to, from event to event, and never past what an event set off.

import { describe, expect, test } from "bun:test";
import { VirtualClock } from "../../../sim/verify/virtual-clock.ts";
import { DashstreamError } from "../../../src/errors.ts";

const START_MS = 1_700_000_000_000;

/** Promises behind promises, as many as asked for. */
async function afterPromises(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

describe("a virtual clock", () => {
  test("stands at its start until it is moved, and then shows the time that passed", async () => {
    const clock = new VirtualClock(START_MS);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([START_MS, 0]);
    await clock.advance(1500.75);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([START_MS + 1500, 1500.75]);
  });

  test("fires timers at their times, those of one time in the order of their setting", async () => {
    const clock = new VirtualClock(START_MS);
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name}@${clock.monotonicMs()}`);
    clock.after(30, note("late"));
    clock.after(10, note("first"));
    clock.after(10, note("second"));
    clock.after(31, note("too late"));
    await clock.advance(30);
    expect(fired).toEqual(["first@10", "second@10", "late@30"]);
    expect(clock.pendingCount).toBe(1);
  });

  test("lets everything that a timer set off happen before the next one fires", async () => {
    const clock = new VirtualClock(START_MS);
    const order: string[] = [];
    clock.after(10, () => {
      void afterPromises(50).then(() => order.push("promises"));
      clock.after(0, () => order.push("same instant"));
      process.nextTick(() => order.push("next tick"));
    });
    clock.after(10, () => order.push("same time"));
    clock.after(10.5, () => order.push("later"));
    await clock.advance(11);
    expect(order.slice(0, 2).sort()).toEqual(["next tick", "promises"]);
    expect(order.slice(2)).toEqual(["same time", "same instant", "later"]);
  });

  test("repeats an interval until it is cancelled, also from inside", async () => {
    const clock = new VirtualClock(START_MS);
    const times: number[] = [];
    const timer = clock.every(100, () => {
      times.push(clock.monotonicMs());
      if (times.length === 3) timer.cancel();
    });
    await clock.advance(1000);
    expect(times).toEqual([100, 200, 300]);
    expect(clock.pendingCount).toBe(0);
  });

  test("ends a sleep after its time, or at once when it is aborted", async () => {
    const clock = new VirtualClock(START_MS);
    const abort = new AbortController();
    const whole = clock.sleep(50).then((wasWhole) => `${wasWhole}@${clock.monotonicMs()}`);
    const cut = clock.sleep(50, abort.signal).then((wasWhole) => `${wasWhole}@${clock.monotonicMs()}`);
    clock.after(20, () => abort.abort());
    await clock.advance(60);
    expect(await Promise.all([whole, cut])).toEqual(["true@50", "false@20"]);
  });

  test("runs until a condition holds, and stops at that time", async () => {
    const clock = new VirtualClock(START_MS);
    let count = 0;
    clock.every(10, () => count++);
    expect(await clock.runUntil(() => count === 3, 1000)).toBe(true);
    expect(clock.monotonicMs()).toBe(30);
    expect(await clock.runUntil(() => count === 100, 40)).toBe(false);
    expect(clock.monotonicMs()).toBe(70);
  });

  test("settles a promise with its value or its error, at the time of it", async () => {
    const clock = new VirtualClock(START_MS);
    const value = clock.sleep(25).then(() => "value");
    expect(await clock.settle(value, 1000)).toBe("value");
    expect(clock.monotonicMs()).toBe(25);
    const failure = clock.sleep(5).then(() => Promise.reject(new Error("failure")));
    expect(await clock.settle(failure, 1000).catch(String)).toBe("Error: failure");
    expect(clock.monotonicMs()).toBe(30);
  });

  test("says so when nothing is left that could settle a promise", async () => {
    const clock = new VirtualClock(START_MS);
    const error = await clock.settle(new Promise(() => {}), 1000).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DashstreamError);
    expect(String(error)).toContain("not settled after 1000 virtual ms; no timer is left");
  });

  test("hands the error of a timer to the one who moves the clock, and can be moved on", async () => {
    const clock = new VirtualClock(START_MS);
    const fired: string[] = [];
    clock.after(10, () => {
      throw new Error("broken timer");
    });
    clock.after(20, () => fired.push("next"));
    expect(await clock.advance(100).catch(String)).toBe("Error: broken timer");
    expect(clock.monotonicMs()).toBe(10);
    await clock.advance(90);
    expect(fired).toEqual(["next"]);
  });

  test("is moved by one at a time", async () => {
    const clock = new VirtualClock(START_MS);
    const first = clock.advance(10);
    expect(await clock.advance(10).catch((e: DashstreamError) => e.code)).toBe("invariant");
    await first;
    expect(clock.monotonicMs()).toBe(10);
  });
});
