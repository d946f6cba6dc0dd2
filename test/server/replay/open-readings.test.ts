import { expect, test } from "bun:test";
import { OpenReadings } from "../../../src/server/replay/open-readings.ts";
import type { RangePage } from "../../../src/stream/range-reader.ts";
import { manualClock } from "../../support/manual-clock.ts";

function rig(maxIdle = 2) {
  const clock = manualClock();
  const readings = new OpenReadings({ clock, maxIdle, idleMs: 1000 });
  const ended: string[] = [];
  let begun = 0;
  const begin = async function* (): AsyncGenerator<RangePage, void, undefined> {
    const name = `${++begun}`;
    try {
      for (;;) yield { kind: "records", records: [], nextOffset: 0, fetchedBytes: 0 };
    } finally {
      ended.push(name);
    }
  };
  return {
    clock,
    readings,
    ended,
    begun: () => begun,
    /** A reading that has read something. */
    async take(partition: number, position: number) {
      const reading = readings.take(partition, position, begin);
      await reading.pages.next();
      return reading;
    },
  };
}

test("a reading is used by one at a time, and goes on where it stands", async () => {
  const { readings, take, begun } = rig();
  const first = await take(0, 5);
  expect(await take(0, 5)).not.toBe(first);
  first.position = 8;
  readings.keep(first);
  expect(await take(0, 5)).not.toBe(first);
  expect(await take(1, 8)).not.toBe(first);
  expect(await take(0, 8)).toBe(first);
  expect(begun()).toBe(4);
});

test("those that nobody uses end when they are too many, or after a while", async () => {
  const { clock, readings, take, ended } = rig();
  const [a, b, c] = [await take(0, 1), await take(0, 2), await take(0, 3)];
  for (const reading of [b, a, c]) readings.keep(reading);
  await Promise.resolve();
  expect(ended).toEqual(["2"]);
  expect(await take(0, 1)).toBe(a);
  clock.advance(1000);
  await Promise.resolve();
  expect([ended, readings.idleCount]).toEqual([["2", "3"], 0]);
  expect(clock.pendingDelays()).toEqual([]);
});

test("those of a log that is no more end, in use or not; others stay", async () => {
  const { readings, take, ended } = rig();
  const [idle, inUse, other] = [await take(0, 1), await take(0, 2), await take(1, 3)];
  readings.keep(idle);
  readings.keep(other);
  readings.forget(0);
  readings.keep(inUse);
  await Promise.resolve();
  expect(ended).toEqual(["1", "2"]);
  expect(await take(1, 3)).toBe(other);
  const again = await take(0, 2);
  readings.keep(again);
  expect(await take(0, 2)).toBe(again);
});

test("after closing none is kept, and no timer is left", async () => {
  const { clock, readings, take, ended } = rig();
  const [idle, inUse] = [await take(0, 1), await take(0, 2)];
  readings.keep(idle);
  readings.close();
  readings.keep(inUse);
  await Promise.resolve();
  expect([ended, clock.pendingDelays()]).toEqual([["1", "2"], []]);
});
