import { beforeEach, describe, expect, test } from "bun:test";
import { DeadLetterBarrier } from "../../src/stream/dead-letter-barrier.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

let clock: ManualClock;
let barrier: DeadLetterBarrier;
let held: number[];
let released: [number, number][];
let news: string[];

beforeEach(() => {
  clock = manualClock();
  held = [];
  released = [];
  news = [];
  barrier = new DeadLetterBarrier({
    clock,
    hold: (partition) => held.push(partition),
    release: (partition, nextOffset) => released.push([partition, nextOffset]),
    onLongHeld: (partition, offset) => news.push(`${partition} waits at ${offset}`),
    onLongHeldReleased: (partition, heldMs) => news.push(`${partition} goes on after ${heldMs} ms`),
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

describe("people hear of a partition", () => {
  async function hold(partition: number, offset: number): Promise<() => void> {
    const written = letter(partition, offset);
    const passes = barrier.passes(partition, offset + 1);
    clock.advance(100);
    await passes;
    return written.resolve;
  }

  test("that is held for a second, and once more when it goes on", async () => {
    const write = await hold(0, 7);
    clock.advance(999);
    expect(news).toEqual([]);
    // The next look at it, of a batch that was fetched already, is no second hold.
    const again = barrier.passes(0, 8);
    clock.advance(100);
    await again;
    expect(news).toEqual(["0 waits at 7"]);
    write();
    await turns();
    expect(news).toEqual(["0 waits at 7", "0 goes on after 1099 ms"]);
    expect(clock.pendingDelays()).toEqual([]);
  });

  test("not if its hold was short, nor if it went away or was made anew meanwhile", async () => {
    (await hold(0, 7))();
    await turns();
    const write = await hold(1, 7);
    barrier.unhold(1);
    await hold(2, 7);
    barrier.forget(2);
    clock.advance(5_000);
    write();
    await turns();
    expect(news).toEqual([]);
    expect(clock.pendingDelays()).toEqual([]);
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
