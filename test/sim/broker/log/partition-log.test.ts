import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type LogLimits, PartitionLog } from "../../../../sim/broker/log/partition-log.ts";
import { readBatchHeader, walkBatches } from "../../../../src/kafka-protocol/record-batch.ts";
import { encodeBatch } from "../../../../src/kafka-protocol/records.ts";

const UNLIMITED: LogLimits = { segmentBytes: 1_000_000, retentionBytes: -1, retentionMs: -1 };

function append(log: PartitionLog, count: number, timestampMs = 0, valueBytes = 10): number {
  const value = Buffer.alloc(valueBytes);
  const records = Array.from({ length: count }, () => ({ timestampMs, key: null, value }));
  const batch = encodeBatch(records);
  const header = readBatchHeader(batch, 0);
  if (!header) throw new Error("no batch");
  return log.append(batch, header);
}

function offsetsIn(slices: readonly Buffer[]): readonly number[] {
  return slices.flatMap((slice) =>
    [...walkBatches(slice)].flatMap(({ baseOffset, recordCount }) =>
      Array.from({ length: recordCount }, (_, i) => baseOffset + i),
    ),
  );
}

describe("a partition's log", () => {
  test("numbers records without a hole and gives them back, whatever the sizes of batches and segments", () => {
    const counts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 });
    const segments = fc.integer({ min: 100, max: 5_000 });
    fc.assert(
      fc.property(counts, segments, fc.nat(1_000), (batches, segmentBytes, wanted) => {
        const log = new PartitionLog(() => ({ ...UNLIMITED, segmentBytes }));
        let end = 0;
        for (const count of batches) {
          expect(append(log, count)).toBe(end);
          end += count;
        }
        expect(log.endOffset).toBe(end);
        const from = wanted % end;
        const read = offsetsIn(log.read(from, Number.MAX_SAFE_INTEGER, true));
        expect(read).toContain(from);
        expect(read).toEqual(Array.from({ length: read.length }, (_, i) => end - read.length + i));
        expect(log.bytesFrom(0)).toBe(log.sizeBytes);
      }),
    );
  });

  test("begins where it is told to, and gives up the segments that lie before", () => {
    const log = new PartitionLog(() => ({ ...UNLIMITED, segmentBytes: 400 }));
    for (let i = 0; i < 20; i++) append(log, 2);
    const whole = log.sizeBytes;
    log.startAt(21);
    expect(log.startOffset).toBe(21);
    expect(offsetsIn(log.read(21, Number.MAX_SAFE_INTEGER, true))).toEqual(
      Array.from({ length: 20 }, (_, i) => 20 + i),
    );
    expect(log.sizeBytes).toBeLessThan(whole * 0.7);
    log.startAt(5);
    expect(log.startOffset).toBe(21);
    log.startAt(40);
    expect([log.startOffset, log.endOffset, log.sizeBytes]).toEqual([40, 40, 0]);
    expect(append(log, 1)).toBe(40);
  });

  test("reads no more than it is asked for, but at least one batch if it must", () => {
    const log = new PartitionLog(() => ({ ...UNLIMITED, segmentBytes: 400 }));
    for (let i = 0; i < 20; i++) append(log, 1);
    const one = log.sizeBytes / 20;
    for (const batches of [1, 2, 3, 7, 20]) {
      expect(offsetsIn(log.read(0, batches * one, false)).length).toBe(batches);
      expect(offsetsIn(log.read(0, batches * one + one - 1, false)).length).toBe(batches);
    }
    expect(log.read(5, one - 1, false)).toEqual([]);
    expect(offsetsIn(log.read(5, one - 1, true))).toEqual([5]);
    expect(log.read(20, 1_000, true)).toEqual([]);
  });

  test("does not change bytes that were handed out", () => {
    const log = new PartitionLog(() => UNLIMITED);
    append(log, 3);
    const slices = log.read(0, 1_000, true);
    const copies = slices.map((slice) => Buffer.from(slice));
    for (let i = 0; i < 1_000; i++) append(log, 50);
    expect(slices.map((slice) => Buffer.from(slice))).toEqual(copies);
  });
});

describe("retention", () => {
  test("by size drops whole segments as soon as what is left fills the limit", () => {
    const limits = { ...UNLIMITED, segmentBytes: 1_000, retentionBytes: 3_000 };
    const log = new PartitionLog(() => limits);
    for (let i = 0; i < 500; i++) append(log, 1);
    expect(log.sizeBytes).toBeGreaterThanOrEqual(3_000);
    expect(log.sizeBytes).toBeLessThan(4_000);
    expect(log.endOffset).toBe(500);
    expect(offsetsIn(log.read(log.startOffset, 1_000_000, true)).at(0)).toBe(log.startOffset);
  });

  test("by age drops segments whose newest record is too old, the last one too", () => {
    const limits = { ...UNLIMITED, segmentBytes: 200, retentionMs: 1_000 };
    const log = new PartitionLog(() => limits);
    for (const timestampMs of [0, 500, 1_000]) append(log, 1, timestampMs, 100);
    log.trimToAge(1_501);
    expect(log.startOffset).toBe(2);
    log.trimToAge(10_000);
    expect([log.startOffset, log.endOffset, log.sizeBytes]).toEqual([3, 3, 0]);
    expect(append(log, 1, 10_000)).toBe(3);
  });
});
