// The decompressor for browsers gives what zstd itself gives, and never more memory than a frame declares.

import { describe, expect, test } from "bun:test";
import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { portableZstd, unzip } from "../../src/client/zstd-decoder.ts";
import { DashstreamError } from "../../src/errors.ts";
import { compress } from "../../src/wire/zstd.ts";

/** Bytes that compress in one way or another: noise, runs and repeated pieces. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(255), fc.nat(70_000)).map(([byte, count]) => new Uint8Array(count).fill(byte)),
      fc
        .tuple(fc.string({ maxLength: 40 }), fc.nat(200))
        .map(([text, count]) => Buffer.from(text.repeat(count))),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => Buffer.concat(pieces));

describe("decompressing", () => {
  test("gives back whatever zstd compressed, at every level", () => {
    fc.assert(
      fc.property(content, fc.integer({ min: 1, max: 19 }), (bytes, level) => {
        expect(Buffer.from(unzip(compress(bytes, level), portableZstd)).equals(bytes)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("takes a decompressor of the runtime instead", () => {
    const asked: number[] = [];
    const content = unzip(compress(Buffer.from("abc"), 3), (_, contentBytes) => {
      asked.push(contentBytes);
      return Uint8Array.of(1, 2, 3);
    });
    expect([asked, content]).toEqual([[3], Uint8Array.of(1, 2, 3)]);
  });

  test("of a damaged frame fails, or gives no more than was declared", () => {
    const frame = compress(Buffer.from("some text that repeats, some text that repeats. ".repeat(60)), 3);
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), (at, byte) => {
        const damaged = Uint8Array.from(frame);
        damaged[at % damaged.length] = byte;
        try {
          expect(unzip(damaged, portableZstd).length).toBeLessThanOrEqual(64 * 1024 * 1024);
        } catch (error) {
          expect(error instanceof DashstreamError && error.code).toBe("protocol_error");
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe("what is not exactly one frame that says how large it is", () => {
  const whole = compress(Buffer.from("abc".repeat(100)), 3);
  const undeclared = Buffer.from("28b52ffd0058190000616263", "hex");
  const huge = Buffer.from("28b52ffdc058000000000100000001000061", "hex");
  test.each<[string, Uint8Array, string]>([
    ["no frame", Buffer.from("abc"), "magic number"],
    ["a truncated one", whole.subarray(0, -1), "truncated"],
    ["one with bytes behind it", Buffer.concat([whole, Buffer.of(1, 2)]), "2 bytes follow the frame"],
    ["one that does not say it", undeclared, "its content size is not declared"],
    ["one that claims too much", huge, "4294967296 bytes are declared, expected at most 67108864"],
    ["one with a dictionary", Buffer.from("28b52ffd210701090000 61".replace(" ", ""), "hex"), "dictionary 7"],
  ])("%s is refused unread", (_, bytes, message) => {
    const never = () => {
      throw new Error("was read");
    };
    expect(() => unzip(bytes, never)).toThrow(message);
  });

  test("content of another size than declared is refused, and a decompressor's error is the cause", () => {
    expect(() => unzip(whole, () => new Uint8Array(2))).toThrow("content of 2 bytes, but 300 are declared");
    const failing = () => unzip(whole, () => zstdCompressSync(null as never));
    expect(failing).toThrow(expect.objectContaining({ code: "protocol_error", cause: expect.any(Error) }));
  });
});
