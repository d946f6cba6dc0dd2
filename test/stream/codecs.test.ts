import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { DashstreamError } from "../../src/errors.ts";
import { CODECS, type CodecName } from "../../src/stream/codecs.ts";

const NAMES: readonly CodecName[] = ["gzip", "snappy", "lz4", "zstd"];

/** Bytes with runs, so that something can be compressed. */
const plain = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 400 })), { maxLength: 12 })
  .map((runs) => Buffer.concat(runs.flatMap(([bytes, times]) => new Array<Uint8Array>(times).fill(bytes))));

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof DashstreamError ? error.code : String(error);
  }
  return "decoded";
}

describe.each([...NAMES])("%s", (name) => {
  const codec = CODECS[name];

  test("gives back what it was given, at any size", () => {
    fc.assert(
      fc.property(plain, (bytes) => {
        expect(codec.decompress(codec.compress(bytes)).equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
    for (const size of [0, 1, 4, 5, 11, 12, 13, 32_768, 65_535, 65_536, 65_537, 200_000]) {
      const bytes = Buffer.from(Array.from({ length: size }, (_, i) => (i * 7) % 251));
      expect(codec.decompress(codec.compress(bytes)).equals(bytes)).toBe(true);
    }
  });

  test("makes repetitive bytes much smaller", () => {
    expect(codec.compress(Buffer.alloc(100_000, "telemetry ")).length).toBeLessThan(10_000);
  });

  test("refuses a bomb: what is larger than the bound decoded", () => {
    const bomb = codec.compress(Buffer.alloc(5_000_000));
    expect(codeOf(() => codec.decompress(bomb, 4_999_999))).toBe("protocol_error");
    expect(codec.decompress(bomb, 5_000_000)).toHaveLength(5_000_000);
  });

  test("never fails with anything but its own error, whatever the bytes", () => {
    const packed = codec.compress(Buffer.from("a graph started, a graph ended, ".repeat(50)));
    const damaged = fc.tuple(fc.nat(packed.length - 1), fc.nat(255)).map(([at, byte]) => {
      const copy = Buffer.from(packed);
      copy[at] = byte;
      return copy;
    });
    const cut = fc.nat(packed.length).map((length) => packed.subarray(0, length));
    fc.assert(
      fc.property(fc.oneof(damaged, cut, fc.uint8Array({ maxLength: 64 }).map(Buffer.from)), (bytes) => {
        expect(["decoded", "protocol_error"]).toContain(codeOf(() => codec.decompress(bytes, 100_000)));
      }),
      { numRuns: 300 },
    );
  });
});

describe("snappy", () => {
  test("reads a raw block too, which is what librdkafka writes", () => {
    // Length 5 as varint, then one literal of five bytes.
    expect(CODECS.snappy.decompress(Buffer.from([5, 4 << 2, ...Buffer.from("hello")])).toString()).toBe(
      "hello",
    );
  });

  test("reads literals and copies of every form", () => {
    const literal = (text: string) => [(text.length - 1) << 2, ...Buffer.from(text)];
    const long = "x".repeat(300);
    const block = [
      ...[0xc9, 0x02], // 329 bytes
      ...literal("abcd"),
      ...[0x01, 0x04], // 4 bytes from 4 back, distance of 11 bits
      ...[(7 << 2) | 2, 0x02, 0x00], // 8 bytes from 2 back, of 16 bits: overlapping
      ...[(11 << 2) | 3, 0x08, 0x00, 0x00, 0x00], // 12 bytes from 8 back, of 32 bits
      ...[61 << 2, 0x2b, 0x01, ...Buffer.from(long)], // a literal whose length is in two bytes
      ...literal("!"),
    ];
    const expected = `abcdabcd${"cd".repeat(4)}${"cd".repeat(6)}${long}!`;
    expect(CODECS.snappy.decompress(Buffer.from(block)).toString()).toBe(expected);
  });

  test("refuses a literal of 2^31 bytes, a copy from before the beginning and a wrong length", () => {
    const refused = [
      [5, 63 << 2, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3, 4, 5],
      [5, 63 << 2, 0xf0, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5],
      [5, 0x01, 0x00],
      [5, 0, 65, 0x01, 0x02],
      [5, 0, 65],
      [2, 0, 65, 0x01, 0x01],
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
      [],
    ];
    for (const block of refused)
      expect(codeOf(() => CODECS.snappy.decompress(Buffer.from(block)))).toBe("protocol_error");
  });

  test("writes the framing of snappy-java, which Java's consumer reads", () => {
    const packed = CODECS.snappy.compress(Buffer.from("x"));
    expect(packed.subarray(0, 16).toString("latin1")).toBe("\x82SNAPPY\0\0\0\0\x01\0\0\0\x01");
  });
});

describe("lz4", () => {
  test("writes independent blocks of 64 KiB with the right header checksum, which Java's consumer insists on", () => {
    const packed = CODECS.lz4.compress(Buffer.from("x"));
    expect([...packed.subarray(0, 7)]).toEqual([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
  });

  test("reads frames with block checksums, content size and content checksum", () => {
    // "hello" stored in one block: size in the header, a checksum behind the block and one at the end, both skipped.
    const frame = Buffer.concat([
      Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x7c, 0x40, 5, 0, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from([5, 0, 0, 0x80, ...Buffer.from("hello"), 1, 2, 3, 4]),
      Buffer.from([0, 0, 0, 0, 1, 2, 3, 4]),
    ]);
    expect(CODECS.lz4.decompress(frame).toString()).toBe("hello");
  });

  test("reads blocks that refer to earlier ones", () => {
    // "abcd" stored, then a block of one match of 8 bytes at distance 4 and the literal "!".
    const frame = Buffer.concat([
      Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0]),
      Buffer.from([4, 0, 0, 0x80, ...Buffer.from("abcd")]),
      Buffer.from([5, 0, 0, 0, 0x04, 4, 0, 0x10, ...Buffer.from("!")]),
      Buffer.from([0, 0, 0, 0]),
    ]);
    expect(CODECS.lz4.decompress(frame).toString()).toBe("abcdabcdabcd!");
  });

  test("reads what the lz4 program writes, and writes what it read when this was recorded", () => {
    const bytes = Buffer.from("a graph started, a graph ended, ".repeat(4));
    const block = "25000000f4026120677261706820737461727465642c20110038656e640f000f200040506465642c20";
    // lz4 -c -BD -BX --content-size, then lz4 -c -9
    const theirs = [
      `04224d187c40800000000000000021${block}362b3248000000001685cbd4`,
      `04224d186440a7${block}000000001685cbd4`,
    ];
    for (const frame of theirs) {
      expect(CODECS.lz4.decompress(Buffer.from(frame, "hex")).equals(bytes)).toBe(true);
    }
    // lz4 -dc gave the bytes back.
    expect(CODECS.lz4.compress(bytes).toString("hex")).toBe(`04224d18604082${block}00000000`);
  });
});
