import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { DashstreamError } from "../../src/errors.ts";
import { Reader } from "../../src/kafka-protocol/reader.ts";
import { Writer } from "../../src/kafka-protocol/writer.ts";

const safeInteger = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const varintInteger = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });

function written(write: (writer: Writer) => void): Reader {
  const writer = new Writer(1);
  write(writer);
  return new Reader(writer.finish());
}

describe("what was written", () => {
  test("is read back as the same integers", () => {
    fc.assert(
      fc.property(safeInteger, varintInteger, fc.integer(), fc.boolean(), (long, varint, int, flag) => {
        const reader = written((w) => {
          w.int64(long);
          w.varint(varint);
          w.int32(int);
          w.boolean(flag);
          w.uint32(int >>> 0);
        });
        expect(reader.int64()).toBe(long);
        expect(reader.varint()).toBe(varint);
        expect(reader.int32()).toBe(int);
        expect(reader.boolean()).toBe(flag);
        expect(reader.uint32()).toBe(int >>> 0);
        expect(reader.remaining).toBe(0);
      }),
    );
  });

  test("is read back as the same text and bytes, null and empty told apart", () => {
    const text = fc.option(fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(text, fc.option(fc.uint8Array()), (string, bytes) => {
        const reader = written((w) => {
          w.nullableString(string);
          w.nullableBytes(bytes);
        });
        expect(reader.nullableString()).toBe(string);
        expect(reader.nullableBytes()).toEqual(bytes === null ? null : Buffer.from(bytes));
      }),
    );
  });
});

describe("encodings known from elsewhere", () => {
  test("int64 is two's complement, big-endian", () => {
    const bytes = Buffer.alloc(8);
    for (const value of [0, -1, 1, 2 ** 32, -(2 ** 32), 1_700_000_000_000, Number.MIN_SAFE_INTEGER]) {
      bytes.writeBigInt64BE(BigInt(value));
      expect(new Reader(bytes).int64()).toBe(value);
      const writer = new Writer();
      writer.int64(value);
      expect(writer.finish()).toEqual(bytes);
    }
  });

  test("varints are zigzag", () => {
    const examples = [
      [0, "00"],
      [-1, "01"],
      [1, "02"],
      [-64, "7f"],
      [64, "8001"],
      [300, "d804"],
    ] as const;
    for (const [value, hex] of examples) {
      const writer = new Writer();
      writer.varint(value);
      expect(writer.finish().toString("hex")).toBe(hex);
    }
  });
});

describe("bytes that are not a message", () => {
  const codeOf = (read: () => unknown): string => {
    try {
      read();
      return "none";
    } catch (error) {
      return error instanceof DashstreamError ? error.code : String(error);
    }
  };

  test("end in a protocol error, whichever field is cut off", () => {
    expect(codeOf(() => new Reader(Buffer.alloc(3)).int32())).toBe("protocol_error");
    expect(codeOf(() => new Reader(Buffer.from("0005616263", "hex")).nullableString())).toBe(
      "protocol_error",
    );
    expect(codeOf(() => new Reader(Buffer.from("7fffffff00", "hex")).nullableBytes())).toBe("protocol_error");
    expect(codeOf(() => new Reader(Buffer.alloc(11, 0xff)).varint())).toBe("protocol_error");
  });

  test("cannot promise more elements than there are bytes", () => {
    expect(codeOf(() => new Reader(Buffer.from("7fffffff00", "hex")).arrayLength())).toBe("protocol_error");
    expect(new Reader(Buffer.from("ffffffff", "hex")).arrayLength()).toBe(-1);
  });
});
