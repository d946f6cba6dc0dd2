import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compress, decompress } from "../../sim/broker/log/compression.ts";
import { DashstreamError } from "../../src/errors.ts";
import { COMPRESSION_CODECS } from "../../src/kafka-protocol/compression.ts";
import {
  ATTRIBUTE_LOG_APPEND_TIME,
  assignOffset,
  hasValidCrc,
  isControlBatch,
  readBatchHeader,
  walkBatches,
} from "../../src/kafka-protocol/record-batch.ts";
import { decodeRecords, encodeBatch, type NewRecord } from "../../src/kafka-protocol/records.ts";

const FIRST_MS = 1_700_000_000_000;

/** Two records as kafkajs 2.2.4 encodes them: k=first with header h=1, and 250 ms later null=null. */
const FROM_KAFKAJS =
  "00000000000000000000004a0000000002f930162c0000000000010000018bcfe568000000018bcfe568faffffffffffffffff" +
  "0000000000000000000220000000026b0a666972737402026802310e00f40302010100";

const bytes = fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.from(array));
const header = fc.record({ key: fc.string({ unit: "binary", maxLength: 8 }), value: fc.option(bytes) });
const record: fc.Arbitrary<NewRecord> = fc.record({
  timestampMs: fc.integer({ min: FIRST_MS - 1e9, max: FIRST_MS + 1e9 }),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(header, { maxLength: 3 }),
});

function headerOf(batch: Buffer) {
  const found = readBatchHeader(batch, 0);
  if (!found) throw new Error("no batch");
  return found;
}

describe("a record batch", () => {
  test("of another client is read", () => {
    const batch = Buffer.from(FROM_KAFKAJS, "hex");
    const found = headerOf(batch);
    expect(hasValidCrc(batch, found)).toBe(true);
    expect(found).toMatchObject({
      baseOffset: 0,
      sizeBytes: batch.length,
      magic: 2,
      lastOffsetDelta: 1,
      baseTimestampMs: FIRST_MS,
      maxTimestampMs: FIRST_MS + 250,
      producerId: -1,
      recordCount: 2,
    });
    expect(decodeRecords(batch, found, decompress)).toEqual([
      {
        offset: 0,
        timestampMs: FIRST_MS,
        key: Buffer.from("k"),
        value: Buffer.from("first"),
        headers: [{ key: "h", value: Buffer.from("1") }],
      },
      { offset: 1, timestampMs: FIRST_MS + 250, key: null, value: null, headers: [] },
    ]);
  });

  test("gives back what was put in, with every codec, at any offset", () => {
    const records = fc.array(record, { minLength: 1, maxLength: 20 });
    const codecs = fc.constantFrom(...COMPRESSION_CODECS);
    fc.assert(
      fc.property(records, codecs, fc.nat(2 ** 50), (put, codec, offset) => {
        const batch = encodeBatch(put, { codec, compress });
        assignOffset(batch, 0, offset, 3);
        const found = headerOf(batch);
        expect(hasValidCrc(batch, found)).toBe(true);
        expect(found.partitionLeaderEpoch).toBe(3);
        const expected = put.map(({ headers = [], ...rest }, i) => ({
          ...rest,
          headers,
          offset: offset + i,
        }));
        expect(decodeRecords(batch, found, decompress)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test("with one bit flipped behind the checksum fails its check", () => {
    const batch = Buffer.from(FROM_KAFKAJS, "hex");
    fc.assert(
      fc.property(fc.integer({ min: 21, max: batch.length - 1 }), fc.nat(7), (at, bit) => {
        const flipped = Buffer.from(batch);
        flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << bit), at);
        expect(hasValidCrc(flipped, headerOf(flipped))).toBe(false);
      }),
    );
  });

  test("stamped by the broker gives each record the time of the append", () => {
    const batch = encodeBatch([
      { timestampMs: FIRST_MS, key: null, value: null },
      { timestampMs: FIRST_MS + 5, key: null, value: null },
    ]);
    batch.writeInt16BE(ATTRIBUTE_LOG_APPEND_TIME, 21);
    const read = decodeRecords(batch, headerOf(batch), decompress);
    expect(read.map(({ timestampMs }) => timestampMs)).toEqual([FIRST_MS + 5, FIRST_MS + 5]);
  });

  test("of control records says so", () => {
    const nothing = [{ timestampMs: FIRST_MS, key: null, value: null }];
    expect(isControlBatch(headerOf(encodeBatch(nothing, { control: true })))).toBe(true);
    expect(isControlBatch(headerOf(encodeBatch(nothing)))).toBe(false);
  });
});

describe("a fetched buffer", () => {
  const one = encodeBatch([{ timestampMs: FIRST_MS, key: null, value: Buffer.from("one") }]);

  test("is walked batch by batch, and ends before a batch that was cut", () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(one.length - 1), (whole, rest) => {
        const fetched = Buffer.concat([...Array.from({ length: whole }, () => one), one.subarray(0, rest)]);
        const positions = [...walkBatches(fetched)].map(({ position }) => position);
        expect(positions).toEqual(Array.from({ length: whole }, (_, i) => i * one.length));
      }),
    );
  });

  test("with damaged records ends in a protocol error and nothing else", () => {
    fc.assert(
      fc.property(fc.integer({ min: 61, max: one.length - 1 }), fc.nat(255), (at, value) => {
        const damaged = Buffer.from(one);
        damaged.writeUInt8(value, at);
        try {
          decodeRecords(damaged, headerOf(damaged), decompress);
        } catch (error) {
          expect(error).toBeInstanceOf(DashstreamError);
          expect((error as DashstreamError).code).toBe("protocol_error");
        }
      }),
    );
  });

  test("of a codec that Kafka does not define is refused", () => {
    const odd = Buffer.from(one);
    odd.writeInt16BE(6, 21);
    expect(() => decodeRecords(odd, headerOf(odd), decompress)).toThrow("unknown compression codec 6");
  });
});
