import { expect, test } from "bun:test";
import { type OutgoingRecord, outgoing } from "../../../sim/traffic/alteration.ts";
import { DelayLine } from "../../../sim/traffic/delay-line.ts";
import { createSmallTraffic } from "../../../sim/traffic/small.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { take } from "./decoded.ts";

/** Records of two threads in turn, with the delays given. */
function records(...delaysMs: readonly number[]): readonly OutgoingRecord[] {
  const source = createSmallTraffic({ random: seededRandom(1), clock: manualClock(), threads: 2 });
  return take(source, delaysMs.length).map((record, i) => ({
    ...outgoing(record),
    delayMs: delaysMs[i] ?? 0,
  }));
}

function lineOf(...delaysMs: readonly number[]) {
  const line = new DelayLine();
  const all = records(...delaysMs);
  for (const record of all) line.push(record, 0);
  /** The places of the records that leave at a time. */
  const leaving = (nowMs: number, max = Number.POSITIVE_INFINITY) => {
    line.release(nowMs);
    return line.take(max).map((record) => all.indexOf(record));
  };
  return { line, leaving };
}

test("what has no delay leaves at once, in order and no more than asked for", () => {
  const { line, leaving } = lineOf(0, 0, 0, 0, 0);
  expect(line.readyCount).toBe(5);
  expect([leaving(0, 2), leaving(0, 2), leaving(0, 2)]).toEqual([[0, 1], [2, 3], [4]]);
  expect([line.size, line.nextDueMs]).toEqual([0, null]);
});

test("what has one leaves when it is over", () => {
  const { line, leaving } = lineOf(300, 100);
  expect([line.readyCount, line.size, line.nextDueMs]).toEqual([0, 2, 100]);
  expect([leaving(99), leaving(100), leaving(299), leaving(300)]).toEqual([[], [1], [], [0]]);
});

test("nothing overtakes a held record of its own thread, only those of others", () => {
  const { leaving } = lineOf(200, 0, 0, 0, 50, 0);
  expect([leaving(0), leaving(199), leaving(200)]).toEqual([[1, 3, 5], [], [0, 2, 4]]);
});

test("a thread is free again once its last record has left", () => {
  const { line, leaving } = lineOf(10, 0);
  const [first] = records(0);
  if (first === undefined) throw new Error("no record");
  expect(line.holds(first.origin.threadId)).toBe(true);
  expect(leaving(10)).toEqual([1, 0]);
  expect(line.holds(first.origin.threadId)).toBe(false);
  line.push(first, 10);
  expect(line.readyCount).toBe(1);
});

test("everything can be let go before its time, each thread in its order", () => {
  const { leaving } = lineOf(500, 900, 100, 0);
  expect(leaving(Number.POSITIVE_INFINITY)).toEqual([0, 2, 1, 3]);
});
