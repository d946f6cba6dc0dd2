import { beforeEach, describe, expect, test } from "bun:test";
import { DeadLetterBarrier } from "../../src/stream/dead-letter-barrier.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

let clock: ManualClock;
let barrier: DeadLetterBarrier;
let held: number[];
let released: [number, number][];

beforeEach(() => {
  clock = manualClock();
  held = [];
  released = [];
  barrier = new DeadLetterBarrier({
    clock,
    hold: (partition) => held.push(partition),
    release: (partition, nextOffset) => released.push([partition, nextOffset]),
  });
});

function letter(partition: number, offset: number) {
  const written = Promise.withResolvers<void>();
  barrier.add(partition, offset, written.promise);
  return written;
}

/** Lets everything go on that waits for nothing but its turn. */
const turns = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

test("a partition without letters passes", async () => {
  expect(await barrier.passes(0, 5)).toBe(true);
  expect(barrier.isWaiting(0)).toBe(false);
});

test("quick letters let their partition pass without being held", async () => {
  const [first, second] = [letter(0, 3), letter(0, 4)];
  const passes = barrier.passes(0, 5);
  second.resolve();
  await turns();
  expect(barrier.isWaiting(0)).toBe(true);
  first.resolve();
  expect(await passes).toBe(true);
  expect(held).toEqual([]);
  expect(clock.pendingDelays()).toEqual([]);
});

describe("a partition whose letters take longer", () => {
  test("is held alone, and released behind its slice once all of them are written", async () => {
    const [first, second] = [letter(0, 3), letter(0, 4)];
    const passes = barrier.passes(0, 5);
    clock.advance(100);
    expect(await passes).toBe(false);
    expect([held, released]).toEqual([[0], []]);
    expect(await barrier.passes(1, 9)).toBe(true);
    first.resolve();
    await turns();
    expect(released).toEqual([]);
    second.resolve();
    await turns();
    expect(released).toEqual([[0, 5]]);
    expect(barrier.heldPartitions()).toEqual([]);
  });

  test("shows for how long it has been held", async () => {
    letter(2, 1);
    letter(1, 1);
    const passing = [barrier.passes(2, 2), barrier.passes(1, 2)];
    expect(barrier.heldPartitions()).toEqual([]);
    clock.advance(100);
    await Promise.all(passing);
    expect(barrier.heldPartitions()).toEqual([1, 2]);
    expect(barrier.heldPartitions(5000)).toEqual([]);
    clock.advance(5000);
    expect(barrier.heldPartitions(5000)).toEqual([1, 2]);
    barrier.unhold(1);
    expect(barrier.heldPartitions()).toEqual([2]);
  });
});

test("a letter that is never written keeps its partition waiting for ever", async () => {
  const closed = letter(0, 1);
  letter(0, 2).resolve();
  closed.reject(new Error("closed"));
  await turns();
  expect(barrier.isWaiting(0)).toBe(true);
});

test("letters of a log that is gone release nobody of the new one", async () => {
  const old = letter(0, 7);
  const passes = barrier.passes(0, 8);
  clock.advance(100);
  await passes;
  barrier.forget(0);
  const young = letter(0, 0);
  old.resolve();
  await turns();
  expect(released).toEqual([]);
  expect(barrier.isWaiting(0)).toBe(true);
  young.resolve();
  await turns();
  expect(barrier.isWaiting(0)).toBe(false);
});
