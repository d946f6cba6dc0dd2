import { describe, expect, test } from "bun:test";
import { type OutgoingRecord, outgoing } from "../../../../sim/traffic/alteration.ts";
import { repeatRecords } from "../../../../sim/traffic/alterations/duplicate.ts";
import { delayBehindOthers } from "../../../../sim/traffic/alterations/reorder.ts";
import { loseRecords } from "../../../../sim/traffic/alterations/sequence-gap.ts";
import { dropKeys } from "../../../../sim/traffic/alterations/unkeyed.ts";
import { createSmallTraffic } from "../../../../sim/traffic/small.ts";
import { seededRandom } from "../../../../src/runtime/random.ts";
import { manualClock } from "../../../support/manual-clock.ts";
import { take } from "../decoded.ts";
import { IN_ORDER, judge, share } from "./judged.ts";

const SEEDS = [1, 2, 3, 4];
const BATCHED = { batchSize: 4 };

/** One thread without an end, numbered from 1. */
const oneThread = (count: number): readonly OutgoingRecord[] => {
  const clock = manualClock();
  return take(createSmallTraffic({ random: seededRandom(1), clock, threads: 1 }), count).map(outgoing);
};
const numbers = (records: readonly OutgoingRecord[]) => records.map(({ origin }) => origin.sequence);

describe("lost records", () => {
  test.each(SEEDS)("are a gap of one each, and nothing else (seed %i)", (seed) => {
    const { alteration, records, made, bad, ...seen } = judge(() => loseRecords(share(0.05, seed)), { seed });
    expect(seen).toEqual({ ...IN_ORDER, gaps: alteration.hits, missing: alteration.hits });
    expect([records.length, bad]).toEqual([made - alteration.hits, {}]);
    expect(alteration.hits).toBeGreaterThan(20);
  });

  test("that are batches are a gap of as many numbers as they have events", () => {
    const { alteration, gaps, missing } = judge(() => loseRecords(share(0.05)), { traffic: BATCHED });
    expect(gaps).toBe(alteration.hits);
    expect(missing).toBeGreaterThan(gaps);
  });

  test("are never the first number of a thread, nor the last before its end", () => {
    const { alteration, records, gaps } = judge(() => loseRecords(share(1)), { traffic: { threads: 1 } });
    expect(gaps).toBe(alteration.hits);
    const runs = Map.groupBy(records, ({ record }) => record.origin.threadId);
    const complete = [...runs.values()].filter(([, ...rest]) => rest.at(-1)?.record.origin.sequence === 0);
    expect(complete.length).toBeGreaterThan(2);
    for (const run of complete) expect(run[0]?.record.origin.sequence).toBe(1);
  });

  test("are sent after all if nothing follows them before the fault ends", () => {
    const alteration = loseRecords(share(1));
    const sent = oneThread(4).flatMap((record) => alteration.alter(record));
    expect([numbers(sent), numbers(alteration.drain()), alteration.hits]).toEqual([[1, 3], [4], 1]);
    expect(alteration.drain()).toEqual([]);
  });
});

describe("repeated records", () => {
  test.each(SEEDS)("are a duplicate each, and nothing else (seed %i)", (seed) => {
    const after = seed * 10;
    const result = judge(() => repeatRecords({ ...share(0.1, seed), after }), { seed });
    const { alteration, records, made, bad, ...seen } = result;
    expect(seen).toEqual({ ...IN_ORDER, duplicates: alteration.hits });
    expect([records.length, bad]).toEqual([made + alteration.hits, {}]);
    expect(alteration.hits).toBeGreaterThan(50);
  });

  test.each([0, 1, 3])("come after %i others", (after) => {
    const alteration = repeatRecords({ ...share(0.25), after });
    const sent = oneThread(8).flatMap((record) => alteration.alter(record));
    const expected = [1, 2, 3, 4, 5, 6, 7, 8];
    expected.splice(4 + after, 0, 4);
    expected.push(...(after === 0 ? [8] : []));
    expect(numbers(sent)).toEqual(expected);
    expect(numbers(alteration.drain())).toEqual(after === 0 ? [] : [8]);
  });
});

describe("late records", () => {
  test.each(SEEDS)("within the window are a reorder each, and nothing else (seed %i)", (seed) => {
    const { alteration, records, made, bad, ...seen } = judge(
      (clock) => delayBehindOthers({ ...share(0.1, seed), behind: seed, withinMs: 1000, clock }),
      { seed, stepMs: 1 },
    );
    expect(seen).toEqual({ ...IN_ORDER, reorders: alteration.hits });
    expect([records.length, bad]).toEqual([made, {}]);
    expect(alteration.hits).toBeGreaterThan(20);
  });

  test.each([1, 2, 8])("are still within it when their thread is slow (behind %i)", (behind) => {
    // 20 threads of one record in four seconds.
    const { alteration, records, made, bad, ...seen } = judge(
      (clock) => delayBehindOthers({ ...share(0.1), behind, withinMs: 1000, clock }),
      { stepMs: 200 },
    );
    expect(seen).toEqual({ ...IN_ORDER, reorders: alteration.hits });
    expect([records.length, bad]).toEqual([made, {}]);
  });

  test("are gaps too once more overtake them than the reader waits for", () => {
    const behind = (count: number) =>
      judge((clock) => delayBehindOthers({ ...share(0.1), behind: count, withinMs: 600_000, clock }), {
        stepMs: 0,
      });
    expect(behind(8).gaps).toBe(0);
    const { gaps, reorders, alteration } = behind(9);
    expect(gaps).toBeGreaterThan(0);
    expect(reorders).toBe(alteration.hits);
  });

  test("follow as soon as enough others overtook them, and when the fault ends", () => {
    const clock = manualClock();
    const alteration = delayBehindOthers({ ...share(0.2), behind: 2, withinMs: 1000, clock });
    const sent = oneThread(10).flatMap((record) => alteration.alter(record));
    expect(numbers(sent)).toEqual([1, 2, 3, 4, 5, 7, 8, 6, 9, 10]);
    const late = delayBehindOthers({ ...share(0.2), behind: 2, withinMs: 1000, clock });
    const before = oneThread(7).flatMap((record) => late.alter(record));
    expect([numbers(before), numbers(late.drain()), late.hits]).toEqual([[1, 2, 3, 4, 5, 7], [6], 1]);
  });

  test("that nothing overtook are no hit", () => {
    const alteration = delayBehindOthers({ ...share(1), behind: 1, withinMs: 1000, clock: manualClock() });
    oneThread(2).flatMap((record) => alteration.alter(record));
    expect([numbers(alteration.drain()), alteration.hits]).toEqual([[2], 0]);
  });
});

describe("records without a key", () => {
  test("are good in themselves", () => {
    const { alteration, records, made, bad, ...seen } = judge(() => dropKeys(share(1)));
    expect([seen, bad, records.length, alteration.hits]).toEqual([IN_ORDER, {}, made, made]);
    expect(records.every(({ record }) => record.key === null)).toBe(true);
  });

  test("leave gaps in every partition that they spread over", () => {
    const spread = judge(() => dropKeys(share(1)), { partitionOf: (_, index) => index % 3 });
    expect(spread.gaps).toBeGreaterThan(300);
    expect([spread.duplicates, spread.bad]).toEqual([0, {}]);
  });
});
