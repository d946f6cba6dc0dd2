import { describe, expect, test } from "bun:test";
import { WithheldOffsets } from "../../../src/server/replay/withheld-offsets.ts";
import { range } from "./tier-rig.ts";

describe("withheld offsets", () => {
  test("are those that were added, whatever their size", () => {
    const withheld = new WithheldOffsets();
    const offsets = [0, 31, 32, 4095, 4096, 12_345, 2 ** 40 + 7, Number.MAX_SAFE_INTEGER];
    for (const offset of offsets) withheld.add(3, offset);
    for (const offset of offsets) {
      expect(withheld.has(3, offset)).toBe(true);
      expect(withheld.has(2, offset)).toBe(false);
      for (const other of [offset - 1, offset + 1]) {
        expect(withheld.has(3, other)).toBe(offsets.includes(other));
      }
    }
  });

  test("cost little where they are many", () => {
    const withheld = new WithheldOffsets();
    for (const offset of range(0, 1_000_000)) withheld.add(0, offset);
    expect(withheld.byteCount).toBeLessThan(200_000);
    expect(withheld.has(0, 0) && withheld.has(0, 999_999)).toBe(true);
  });

  test("that came first make room for new ones, those of all partitions together", () => {
    const withheld = new WithheldOffsets({ maxBytes: 2100 });
    for (const [partition, offset] of [
      [0, 1],
      [1, 5000],
      [0, 9000],
      [0, 2],
      [1, 100_000],
    ] as const) {
      withheld.add(partition, offset);
    }
    expect(withheld.byteCount).toBeLessThanOrEqual(2100);
    expect([withheld.has(0, 1), withheld.has(0, 2)]).toEqual([false, false]);
    expect([withheld.has(1, 5000), withheld.has(0, 9000), withheld.has(1, 100_000)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test("of one partition are forgotten together, and their room is free again", () => {
    const withheld = new WithheldOffsets();
    withheld.add(0, 5);
    withheld.add(0, 50_000);
    withheld.add(1, 5);
    const bytes = withheld.byteCount;
    withheld.forget(0);
    expect([withheld.has(0, 5), withheld.has(0, 50_000), withheld.has(1, 5)]).toEqual([false, false, true]);
    expect(withheld.byteCount).toBe(bytes / 3);
    withheld.add(0, 5);
    expect(withheld.has(0, 5)).toBe(true);
  });

  test("need room for one mark at least", () => {
    expect(() => new WithheldOffsets({ maxBytes: 100 })).toThrow("maxBytes is 100, expected at least");
  });
});
