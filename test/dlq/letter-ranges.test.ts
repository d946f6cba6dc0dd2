import { describe, expect, test } from "bun:test";
import { parseFilter } from "../../src/dlq/filter.ts";
import { letterRanges, narrow, offsetCount, requirePartitions } from "../../src/dlq/letter-ranges.ts";
import { DLQ, T0 } from "./records.ts";

describe("the partitions that a filter can mean", () => {
  const ranges = [
    { partition: 0, logStartOffset: 5, logEndOffset: 50 },
    { partition: 1, logStartOffset: 0, logEndOffset: 8 },
    { partition: 2, logStartOffset: 3, logEndOffset: 3 },
  ];

  test("are read from the first to the last offset that it names", () => {
    const narrowed = narrow(ranges, parseFilter({ offset: "7..9", partition: ["0", "1", "2"] }, T0));
    expect(narrowed).toEqual([
      { partition: 0, logStartOffset: 7, logEndOffset: 10 },
      { partition: 1, logStartOffset: 7, logEndOffset: 8 },
    ]);
  });

  test("are those of the topic: another one is refused", () => {
    const require = (...partitions: number[]) => requirePartitions({ partitions }, ranges, "t-dlq");
    expect(() => require(0, 2)).not.toThrow();
    expect(() => requirePartitions({}, ranges, "t-dlq")).not.toThrow();
    expect(() => require(1, 3)).toThrow("--partition is 3, expected for topic t-dlq one of 0 to 2");
    expect(() => requirePartitions({ partitions: [1] }, ranges.slice(0, 1), "t-dlq")).toThrow(
      "--partition is 1, expected for topic t-dlq 0, its only one",
    );
  });

  test("are all that hold anything if it names none", () => {
    expect(narrow(ranges, {}).map(({ partition }) => partition)).toEqual([0, 1]);
    expect(narrow(ranges, { partitions: [1] })).toEqual([ranges[1] as (typeof ranges)[0]]);
  });

  test("begin where Kafka has something as young as the filter wants it", async () => {
    const asked: unknown[] = [];
    const admin = {
      ranges: async () => ranges,
      offsetsAt: async (topic: string, timestampMs: number) => {
        asked.push([topic, timestampMs]);
        return new Map([
          [0, 20],
          [1, 8],
        ]);
      },
    };
    expect(await letterRanges(admin, DLQ, { sinceMs: T0 })).toEqual([
      { partition: 0, logStartOffset: 20, logEndOffset: 50 },
    ]);
    expect(await letterRanges(admin, DLQ, {})).toEqual(ranges.slice(0, 2));
    expect(asked).toEqual([[DLQ, T0]]);
  });

  test("have at most as many letters as offsets", () => {
    expect(offsetCount(ranges)).toBe(45 + 8);
  });
});
