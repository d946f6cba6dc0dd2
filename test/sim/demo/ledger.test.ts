import { expect, test } from "bun:test";
import { DeliveryLedger } from "../../../sim/demo/ledger.ts";

test("a complete delivery loses and repeats nothing", () => {
  const ledger = new DeliveryLedger();
  for (const [partition, offset] of [
    [0, 0],
    [1, 0],
    [0, 1],
  ] as const)
    ledger.record(partition, offset);
  expect(ledger.reached([2, 1])).toBe(true);
  expect([ledger.delivered, ledger.duplicated, ledger.lost([2, 1])]).toEqual([3, 0, 0]);
});

test("skipped offsets, missing ends and silent partitions are lost; repeated offsets are duplicates", () => {
  const ledger = new DeliveryLedger();
  for (const offset of [0, 3, 3, 2]) ledger.record(0, offset);
  expect(ledger.duplicated).toBe(2);
  expect(ledger.reached([6, 2])).toBe(false);
  expect(ledger.lost([6, 2])).toBe(2 + 2 + 2);
});
