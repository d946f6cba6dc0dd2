// A frame is judged by its layout before anything is decompressed; output never passes the bound.

import { describe, expect, test } from "bun:test";
import { zstdCompressSync } from "node:zlib";
import { compress, decompress } from "../../src/wire/zstd.ts";
import { declareContentSize, readZstdFrame, type ZstdFrame } from "../../src/wire/zstd-frame.ts";

const MIB = 1024 * 1024;
const text = Buffer.from("a line of text that repeats. ".repeat(40));

function frameOf(bytes: Uint8Array): ZstdFrame {
  const frame = readZstdFrame(bytes);
  if (typeof frame === "string") throw new Error(frame);
  return frame;
}

function failureOf(bytes: Uint8Array, maxBytes = MIB): { code: string; error: string } {
  const result = decompress(bytes, maxBytes);
  if (result.ok) throw new Error(`${result.content.length} bytes came out`);
  return { code: result.code, error: result.error };
}

/** Header with an 8-byte content size or none, a window descriptor, then `blocks` blocks of 128 KiB of zeros. */
function runs(blocks: number, options: { declared?: bigint; window?: number } = {}): Buffer {
  const size = Buffer.alloc(options.declared === undefined ? 0 : 8);
  if (options.declared !== undefined) size.writeBigUInt64LE(options.declared);
  const header = [
    0x28,
    0xb5,
    0x2f,
    0xfd,
    options.declared === undefined ? 0x00 : 0xc0,
    options.window ?? 0x58,
  ];
  const body = Buffer.alloc(blocks * 4);
  for (let i = 0; i < blocks; i++) {
    const last = i === blocks - 1 ? 1 : 0;
    body.writeUIntLE(((128 * 1024) << 3) | (1 << 1) | last, i * 4, 3);
  }
  return Buffer.concat([Buffer.from(header), size, body]);
}

/** Bytes that resident memory grows by while `run` is repeated. */
function growth(run: () => void): number {
  run();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 10; i++) run();
  return process.memoryUsage().rss - before;
}

describe("compressing", () => {
  test("declares the content size for every width of the size field", () => {
    for (const bytes of [0, 1, 255, 256, 257, 65_791, 65_792, 200_000]) {
      const compressed = compress(Buffer.alloc(bytes, "ab"), 3);
      expect(frameOf(compressed)).toMatchObject({ declaredBytes: bytes, frameBytes: compressed.length });
      expect(decompress(compressed, MIB)).toMatchObject({ ok: true, content: Buffer.alloc(bytes, "ab") });
    }
  });

  test("a size that is declared afterwards leaves the content as it was", () => {
    const undeclared = runs(2);
    const frame = frameOf(undeclared);
    expect(frame.declaredBytes).toBeNull();
    const declared = declareContentSize(undeclared, frame, 256 * 1024);
    expect(frameOf(declared)).toMatchObject({ declaredBytes: 256 * 1024, frameBytes: declared.length });
    expect(decompress(declared, MIB)).toMatchObject({ ok: true, content: Buffer.alloc(256 * 1024) });
  });
});

describe("bombs", () => {
  test("a declared size beyond the bound is refused unread, however large", () => {
    for (const declared of [BigInt(MIB) + 1n, 2n ** 40n, 2n ** 64n - 1n]) {
      expect(failureOf(runs(1, { declared })).code).toBe("payload_too_large");
    }
  });

  test("a gigabyte behind no declared size stops at the bound", () => {
    const bomb = runs(8192);
    expect(failureOf(bomb)).toMatchObject({
      code: "payload_too_large",
      error: "Payload size more than 1048576 bytes exceeds maximum 1048576 bytes",
    });
    expect(growth(() => failureOf(bomb))).toBeLessThan(64 * MIB);
  });

  test("a gigabyte behind a small declared size stops at that size", () => {
    const bomb = runs(8192, { declared: 1000n });
    expect(failureOf(bomb).code).toBe("decompression_failed");
    expect(growth(() => failureOf(bomb))).toBeLessThan(64 * MIB);
  });

  test("a window beyond 8 MiB is refused, because a decoder would allocate it", () => {
    const largest = 13 << 3; // 2^23 bytes
    expect(decompress(runs(1, { window: largest }), MIB).ok).toBe(true);
    expect(failureOf(runs(1, { window: largest + 1 }))).toMatchObject({
      code: "decompression_failed",
      error: expect.stringContaining("a window of 9437184 bytes exceeds the limit of 8388608"),
    });
  });
});

describe("what is not exactly one complete frame fails to decompress", () => {
  const whole = compress(text, 3);
  const cases: readonly [string, Buffer, string][] = [
    ["no frame", Buffer.from("not zstd"), "magic number"],
    ["a skippable frame", Buffer.from("502a4d1800000000", "hex"), "magic number"],
    ["a truncated frame", whole.subarray(0, -1), "truncated"],
    ["a truncated header", whole.subarray(0, 5), "header is truncated"],
    ["trailing bytes", Buffer.concat([whole, Buffer.from("xy")]), "2 bytes follow"],
    ["a second frame", Buffer.concat([whole, whole]), "must be the only one"],
    ["a dictionary", Buffer.from("28b52ffd210707010000", "hex").subarray(0, 10), "dictionary 7"],
    ["a reserved header bit", Buffer.from("28b52ffd2800010000", "hex"), "reserved bit"],
    ["a reserved block type", Buffer.from("28b52ffd2000070000", "hex"), "reserved type 3"],
  ];
  for (const [what, bytes, words] of cases) {
    test(what, () => {
      expect(failureOf(bytes)).toMatchObject({
        code: "decompression_failed",
        error: expect.stringContaining(words),
      });
    });
  }

  test("content longer or shorter than declared", () => {
    for (const declared of [BigInt(128 * 1024 - 1), BigInt(128 * 1024 + 1)]) {
      expect(failureOf(runs(1, { declared })).code).toBe("decompression_failed");
    }
  });

  test("a wrong checksum", () => {
    const sealed = zstdCompressSync(text, { params: { 201: 1 } });
    expect(decompress(sealed, MIB).ok).toBe(true);
    sealed[sealed.length - 1] = (sealed[sealed.length - 1] ?? 0) ^ 1;
    expect(failureOf(sealed).code).toBe("decompression_failed");
  });
});
