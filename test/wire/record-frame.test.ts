// Frames of the second protocol: written as other encoders write them, read with every promise checked.

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import protobuf from "protobufjs";
import { DashstreamError } from "../../src/errors.ts";
import { compressFrame } from "../../src/wire/compressed-record-frame.ts";
import { decodeRecordFrame, encodeRecordFrame, type PartitionRecords } from "../../src/wire/record-frame.ts";
import { decompress } from "../../src/wire/zstd.ts";
import { readZstdFrame } from "../../src/wire/zstd-frame.ts";

const PROTO = join(import.meta.dir, "../../proto/dashstream_stream.proto");
const RecordFrame = protobuf
  .parse(readFileSync(PROTO, "utf8"))
  .root.resolveAll()
  .lookupType("dashstream.stream.v2.RecordFrame");

/** What protobufjs makes of the same records; proto3 leaves zeros out. */
function reference(parts: readonly PartitionRecords[]): Uint8Array {
  const long = (value: number) => (value === 0 ? undefined : value);
  const partitions = parts.map(({ partition, records, lastOffset }) => ({
    partition: long(partition),
    baseOffset: long(records[0]?.offset ?? 0),
    offsetDeltas: records.map(({ offset }, i) => offset - (records[i - 1]?.offset ?? offset)),
    values: records.map(({ value }) => value),
    lastOffset: long(lastOffset),
  }));
  return Uint8Array.of(0, ...RecordFrame.encode(RecordFrame.fromObject({ partitions })).finish());
}

const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const golden: readonly PartitionRecords[] = [
  {
    partition: 0,
    records: [
      { offset: 41, value: bytes(0, 8, 1) },
      { offset: 42, value: bytes() },
      { offset: 342, value: bytes(1, 0x61, 0x62, 0x63) },
    ],
    lastOffset: 400,
  },
  {
    partition: 2 ** 31 - 1,
    records: [
      { offset: 9_007_199_254_740_000, value: bytes(0) },
      { offset: Number.MAX_SAFE_INTEGER, value: bytes(0, 255) },
    ],
    lastOffset: Number.MAX_SAFE_INTEGER,
  },
];
const cursorOnly: PartitionRecords = { partition: 3, records: [], lastOffset: 5_000_000_000 };

const size = fc.oneof(fc.nat(200), fc.constantFrom(126, 127, 128, 129, 16_383, 16_384));
const gap = fc.oneof(fc.nat(300), fc.constantFrom(127, 128, 16_384, 2 ** 21, 2 ** 28, 2 ** 32 - 2));
const base = fc.oneof(fc.nat(), fc.constantFrom(0, 127, 128, 2 ** 31, 2 ** 35, 2 ** 42, 2 ** 49, 2 ** 52));
const part = fc
  .tuple(base, fc.array(fc.tuple(gap, size, fc.nat(255)), { maxLength: 8 }), gap)
  .map(([first, steps, more]) => {
    let offset = first;
    const records = steps.map(([step, length, fill], i) => {
      if (i > 0) offset += step + 1;
      return { offset, value: new Uint8Array(length).fill(fill) };
    });
    return { records, lastOffset: offset + more };
  });
const parts = fc
  .uniqueArray(fc.oneof(fc.nat(40), fc.constantFrom(2 ** 31 - 1)), { maxLength: 5 })
  .chain((partitions) =>
    fc.tuple(...partitions.map((partition) => part.map((rest) => ({ partition, ...rest })))),
  );

describe("a frame", () => {
  test("has the bytes that protoc gives the same records", () => {
    const expected = readFileSync(join(import.meta.dir, "golden/stream/record_frame.bin"));
    const frame = encodeRecordFrame([...golden, cursorOnly]);
    expect(frame).toEqual(Uint8Array.of(0, ...expected));
    expect(decodeRecordFrame(frame)).toEqual([...golden, cursorOnly]);
  });

  test("has the bytes that protobufjs gives the same records, whatever they are, and reads back", () => {
    fc.assert(
      fc.property(parts, (records) => {
        const frame = encodeRecordFrame(records);
        expect(Buffer.from(frame).equals(reference(records))).toBe(true);
        expect(decodeRecordFrame(frame)).toEqual(records);
      }),
      { numRuns: 300 },
    );
  });

  test("without partitions is one byte", () => {
    expect(encodeRecordFrame([])).toEqual(bytes(0));
    expect(decodeRecordFrame(bytes(0))).toEqual([]);
  });

  test("is one allocation of its exact size", () => {
    expect(encodeRecordFrame(golden).buffer.byteLength).toBe(encodeRecordFrame(golden).length);
  });

  test("of a buffer that is not at the start of its memory reads the same", () => {
    const frame = encodeRecordFrame(golden);
    const shifted = new Uint8Array(frame.length + 7);
    shifted.set(frame, 5);
    expect(decodeRecordFrame(shifted.subarray(5, 5 + frame.length))).toEqual(golden);
  });

  test.each<[string, PartitionRecords[], string]>([
    ["a negative partition", [{ ...cursorOnly, partition: -1 }], "partition is -1, expected 0 to 2147483647"],
    ["a partition beyond int32", [{ ...cursorOnly, partition: 2 ** 31 }], "partition is 2147483648"],
    ["a fractional offset", [withOffsets(0.5)], "offset of partition 0 is 0.5"],
    ["a negative offset", [withOffsets(-1)], "offset of partition 0 is -1"],
    ["an offset beyond 2^53", [withOffsets(2 ** 53)], "expected 0 to 2^53-1"],
    [
      "an offset twice",
      [withOffsets(5, 5)],
      "offset 5 of partition 0 comes after 5, expected 1 to 4294967295 more",
    ],
    ["falling offsets", [withOffsets(5, 4)], "offset 4 of partition 0 comes after 5"],
    ["offsets 2^32 apart", [withOffsets(5, 5 + 2 ** 32)], "comes after 5"],
    [
      "a cursor before the last record",
      [{ ...withOffsets(5, 7), lastOffset: 6 }],
      "is 6, expected 7 to 2^53-1",
    ],
    ["a partition twice", [cursorOnly, withOffsets(1), cursorOnly], "partition 3 comes twice"],
  ])("cannot be made of %s", (_, records, message) => {
    const attempt = () => encodeRecordFrame(records);
    expect(attempt).toThrow(`record frame: `);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code: "message_invalid" }));
  });
});

function withOffsets(...offsets: readonly number[]): PartitionRecords {
  return {
    partition: 0,
    records: offsets.map((offset) => ({ offset, value: bytes(0) })),
    lastOffset: Math.max(...offsets),
  };
}

/** A frame with one partition of these bytes. */
const framed = (...body: readonly number[]) => bytes(0, 0x0a, body.length, ...body);
const wide = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80];

describe("reading", () => {
  test.each<[string, Uint8Array, string]>([
    ["nothing at all", bytes(), "byte 0 is nothing, expected 0x00 (plain) or 0x01 (zstd)"],
    ["another first byte", bytes(0x0a, 0), "byte 0 is 0x0a"],
    ["zstd that was not asked for", bytes(1, 0), "no compression was asked for"],
    [
      "a length beyond the end",
      bytes(0, 0x0a, 5, 8),
      "partitions[0] at byte 2 has length 5, but 1 bytes are left",
    ],
    ["a truncated tag", bytes(0, 0x80), "partitions (tag) at byte 1 runs past the end"],
    ["field number 0", bytes(0, 0x02, 0), "partitions at byte 1 has field number 0"],
    ["an endless varint", framed(0x28, ...wide), "last_offset at byte 4 is a varint of more than 10 bytes"],
    [
      "a partition of the wrong type",
      bytes(0, 0x08, 1),
      "partitions (field 1) at byte 1 has wire type 0, expected 2",
    ],
    [
      "a value of the wrong type",
      framed(0x20, 1),
      "partitions[0] (field 4) at byte 3 has wire type 0, expected 2",
    ],
    ["a group", framed(0x3b), "unknown field 7) at byte 3 has wire type 3, expected 0, 1, 2 or 5"],
    [
      "a negative partition",
      framed(0x08, ...Array(9).fill(0xff), 1),
      "partition at byte 4 is 18446744073709552000",
    ],
    [
      "a partition beyond int32",
      framed(0x08, 0x80, 0x80, 0x80, 0x80, 8),
      "partition at byte 4 is 2147483648",
    ],
    [
      "an offset beyond 2^53",
      framed(0x28, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10),
      "expected 0 to 9007199254740991",
    ],
    ["more values than deltas", framed(0x22, 0), "offset_deltas at byte 1 0 for 1 values"],
    ["more deltas than values", framed(0x1a, 2, 0, 1, 0x22, 0, 0x28, 1), "2 for 1 values, expected one each"],
    ["a first delta", framed(0x1a, 1, 1, 0x22, 0, 0x28, 1), "offset_deltas[0] at byte 1 is 1, expected 0"],
    [
      "an offset twice",
      framed(0x1a, 2, 0, 0, 0x22, 0, 0x22, 0),
      "offset_deltas[1] at byte 1 is 0, expected 1 or more",
    ],
    [
      "a delta beyond uint32",
      framed(0x1a, 5, 0x80, 0x80, 0x80, 0x80, 0x10),
      "offset_deltas at byte 5 is 4294967296",
    ],
    [
      "a cursor before the last record",
      framed(0x10, 5, 0x1a, 1, 0, 0x22, 0, 0x28, 4),
      "last_offset at byte 1 is 4, expected 5 or more",
    ],
    [
      "a partition twice",
      bytes(0, 0x0a, 2, 0x28, 1, 0x0a, 2, 0x28, 2),
      "partitions[1].partition at byte 5 0 comes twice",
    ],
    [
      "an unknown field that is cut off",
      framed(0x39, 1, 2),
      "unknown field 7) at byte 4 takes 8 bytes, but 2 are left",
    ],
  ])("%s is a protocol error that says where", (_, frame, message) => {
    const attempt = () => decodeRecordFrame(frame);
    expect(attempt).toThrow("record frame: ");
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code: "protocol_error" }));
  });

  test("takes what any encoder of the format may write: other orders, deltas not packed, later fields", () => {
    const later = [0x38, 1, 0x39, ...Array(8).fill(1), 0x3a, 1, 7, 0x3d, 1, 2, 3, 4];
    const frame = framed(0x28, 9, 0x22, 1, 7, ...later, 0x18, 0, 0x18, 2, 0x22, 1, 8, 0x10, 5, 0x08, 2);
    const records = [
      { offset: 5, value: bytes(7) },
      { offset: 7, value: bytes(8) },
    ];
    expect(decodeRecordFrame(frame)).toEqual([{ partition: 2, records, lastOffset: 9 }]);
    expect(decodeRecordFrame(bytes(...frame, 0x12, 0))).toHaveLength(1);
  });

  test("gives an answer or a protocol error for any bytes, and what it takes keeps every promise", () => {
    const valid = parts.map((records) => encodeRecordFrame(records));
    const flipped = fc.tuple(valid, fc.nat(), fc.nat(255)).map(([frame, at, byte]) => {
      const copy = Uint8Array.from(frame);
      copy[at % copy.length] = byte;
      return copy;
    });
    const noise = fc.uint8Array({ maxLength: 60 }).map((tail) => bytes(0, 0x0a, ...tail));
    fc.assert(
      fc.property(fc.oneof(flipped, noise, fc.uint8Array({ maxLength: 60 })), (frame) => {
        let decoded: readonly PartitionRecords[];
        try {
          decoded = decodeRecordFrame(frame);
        } catch (error) {
          expect(error instanceof DashstreamError && error.code).toBe("protocol_error");
          return;
        }
        // What was read can be written, and encoding refuses whatever breaks a promise.
        expect(decodeRecordFrame(encodeRecordFrame(decoded))).toEqual([...decoded]);
      }),
      { numRuns: 5000 },
    );
  });

  test("every truncation of a frame is a protocol error or ends between two partitions", () => {
    const frame = encodeRecordFrame(golden);
    for (let length = 2; length < frame.length; length++) {
      try {
        expect(decodeRecordFrame(frame.subarray(0, length))).toEqual(golden.slice(0, 1));
      } catch (error) {
        expect(error).toMatchObject({ code: "protocol_error" });
      }
    }
  });
});

describe("compression", () => {
  const unzip = (frame: Uint8Array) => {
    const result = decompress(frame, 1_048_576);
    if (!result.ok) throw new Error(result.error);
    return result.content;
  };
  const ofSize = (length: number) =>
    encodeRecordFrame([
      { partition: 0, records: [{ offset: 1, value: new Uint8Array(length) }], lastOffset: 1 },
    ]);

  test("keeps the records, and declares the size of what it compressed", () => {
    const frame = ofSize(2000);
    const compressed = compressFrame(frame);
    expect(compressed[0]).toBe(1);
    expect(compressed.length).toBeLessThan(100);
    expect(readZstdFrame(compressed.subarray(1))).toMatchObject({ declaredBytes: frame.length - 1 });
    expect(decodeRecordFrame(compressed, unzip)).toEqual(decodeRecordFrame(frame));
  });

  test("leaves a frame below 512 bytes alone, and one that would not get smaller", () => {
    const [below, from] = [ofSize(497), ofSize(498)];
    expect([below.length, from.length]).toEqual([511, 512]);
    expect(compressFrame(below)).toBe(below);
    expect(compressFrame(from)[0]).toBe(1);
    const noise = crypto.getRandomValues(new Uint8Array(2000));
    const dense = encodeRecordFrame([
      { partition: 0, records: [{ offset: 1, value: noise }], lastOffset: 1 },
    ]);
    expect(compressFrame(dense)).toBe(dense);
    expect(compressFrame(compressFrame(from))).toEqual(compressFrame(from));
  });

  test("what cannot be decompressed is a protocol error with its cause", () => {
    const attempt = () => decodeRecordFrame(bytes(1, 2, 3), unzip);
    expect(attempt).toThrow("record frame: its zstd content cannot be read: ");
    expect(attempt).toThrow(expect.objectContaining({ code: "protocol_error", cause: expect.any(Error) }));
  });
});
