import { expect, test } from "bun:test";
import { Permits } from "../../src/stream/permits.ts";

test("no more permits are out than there are, and who waits longest is next", async () => {
  const permits = new Permits(2);
  expect([permits.tryTake(), permits.tryTake(), permits.tryTake()]).toEqual([true, true, false]);
  const order: string[] = [];
  const first = permits.take().then(() => order.push("first"));
  const second = permits.take().then(() => order.push("second"));
  permits.release();
  await first;
  expect(order).toEqual(["first"]);
  // The permit went to the one who waited, so none is free.
  expect(permits.tryTake()).toBe(false);
  permits.release();
  await second;
  expect(order).toEqual(["first", "second"]);
  permits.release();
  expect(permits.tryTake()).toBe(true);
});
