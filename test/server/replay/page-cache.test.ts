import { expect, test } from "bun:test";
import { PageCache } from "../../../src/server/replay/page-cache.ts";
import type { ReplayPage } from "../../../src/server/replay/tier.ts";

function page(fromOffset: number, nextOffset: number, byteCount = 0): ReplayPage {
  return { tier: "kafka", fromOffset, nextOffset, records: [], byteCount };
}

test("a page is found by any offset of its own, and its neighbours are known", () => {
  const cache = new PageCache(1_000_000);
  for (const [from, next] of [
    [50, 60],
    [10, 20],
    [20, 30],
  ] as const)
    cache.add(0, page(from, next));
  cache.add(1, page(0, 100));
  expect([9, 10, 19, 20, 30, 59, 60].map((offset) => cache.find(0, offset)?.fromOffset)).toEqual([
    undefined,
    10,
    10,
    20,
    undefined,
    50,
    undefined,
  ]);
  expect([9, 30, 70].map((offset) => cache.floor(0, offset)?.fromOffset)).toEqual([undefined, 20, 50]);
  expect([9, 10, 30, 50].map((offset) => cache.ceiling(0, offset))).toEqual([
    10,
    20,
    50,
    Number.POSITIVE_INFINITY,
  ]);
});

test("pages that a new one overlaps go, those that it touches stay", () => {
  const cache = new PageCache(1_000_000);
  for (const [from, next] of [
    [0, 10],
    [10, 20],
    [20, 30],
    [30, 40],
  ] as const)
    cache.add(0, page(from, next, 1000));
  const { byteCount } = cache;
  cache.add(0, page(10, 25, 1000));
  expect([5, 15, 22, 27, 35].map((offset) => cache.find(0, offset)?.nextOffset)).toEqual([
    10,
    25,
    25,
    undefined,
    40,
  ]);
  expect(cache.byteCount).toBe((byteCount / 4) * 3);
});

test("forgetting a partition frees its room and leaves others", () => {
  const cache = new PageCache(1_000_000);
  cache.add(0, page(0, 10));
  cache.add(1, page(0, 10));
  const { byteCount } = cache;
  cache.forget(0);
  expect([cache.find(0, 5), cache.find(1, 5)?.nextOffset, cache.byteCount]).toEqual([
    null,
    10,
    byteCount / 2,
  ]);
});
