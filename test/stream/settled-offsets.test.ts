import { beforeEach, expect, test } from "bun:test";
import { SettledOffsets } from "../../src/stream/settled-offsets.ts";

let offsets: SettledOffsets;

beforeEach(() => {
  offsets = new SettledOffsets();
});

/** Something under way for a record, and how it ends. */
function underWay(partition: number, offset: number) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  offsets.add(partition, offset, promise);
  return {
    done: async () => {
      resolve();
      await promise;
    },
    failed: async () => {
      reject(new Error("lost"));
      await promise.catch(() => {});
    },
  };
}

test("everything is settled where nothing is under way", () => {
  expect(offsets.below(0)).toBe(Number.POSITIVE_INFINITY);
});

test("the first record that is not settled is the bound, in whatever order they were handed over and end", async () => {
  const [seven, five, nine] = [underWay(0, 7), underWay(0, 5), underWay(0, 9)];
  expect(offsets.below(0)).toBe(5);
  expect(offsets.below(1)).toBe(Number.POSITIVE_INFINITY);
  await seven.done();
  expect(offsets.below(0)).toBe(5);
  await five.failed();
  expect(offsets.below(0)).toBe(9);
  await nine.done();
  expect(offsets.below(0)).toBe(Number.POSITIVE_INFINITY);
});

test("a record of which two things are under way is settled after both", async () => {
  const [letter, replay] = [underWay(0, 3), underWay(0, 3)];
  await letter.done();
  expect(offsets.below(0)).toBe(3);
  await replay.done();
  expect(offsets.below(0)).toBe(Number.POSITIVE_INFINITY);
});

test("a partition that comes back further on is not held back by what is under way from before", async () => {
  underWay(0, 3);
  const later = underWay(0, 8);
  offsets.assign(0, 5);
  expect(offsets.below(0)).toBe(8);
  await later.done();
  expect(offsets.below(0)).toBe(Number.POSITIVE_INFINITY);
});

test("a log made anew is not held back by what is under way of the old one, nor let go by its end", async () => {
  const old = underWay(0, 3);
  offsets.forget(0);
  expect(offsets.below(0)).toBe(Number.POSITIVE_INFINITY);
  underWay(0, 3);
  await old.done();
  expect(offsets.below(0)).toBe(3);
});

test("all is settled once nothing is under way, of the old log neither", async () => {
  const [one, two] = [underWay(0, 3), underWay(1, 1)];
  offsets.forget(0);
  let settled = false;
  const waiting = offsets.settled().then(() => {
    settled = true;
  });
  await two.done();
  expect(settled).toBe(false);
  await one.done();
  await waiting;
});
