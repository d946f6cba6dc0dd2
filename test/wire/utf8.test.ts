import { expect, test } from "bun:test";
import fc from "fast-check";
import { invalidUtf8At, StringCache } from "../../src/wire/utf8.ts";

function acceptedByPlatform(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Lead bytes and continuation bytes at the edges of what is legal, where mistakes would be. */
const edgeByte = fc.constantFrom(
  ...[0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf],
  ...[0xe0, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf3, 0xf4, 0xf5, 0xff],
);

test("UTF-8 is valid exactly where the platform's own decoder says so", () => {
  fc.assert(
    fc.property(fc.array(edgeByte, { maxLength: 6 }), (edges) => {
      const bytes = Uint8Array.from(edges);
      expect(invalidUtf8At(bytes, 0, bytes.length) < 0).toBe(acceptedByPlatform(bytes));
    }),
    { numRuns: 20_000 },
  );
});

test("the same bytes give the same string, other bytes another, invalid ones null", () => {
  const cache = new StringCache();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      for (let i = 0; i < 2; i++) {
        const text = cache.get(bytes, 0, bytes.length);
        expect(text === null).toBe(!acceptedByPlatform(bytes));
        if (text !== null) expect(Buffer.from(text)).toEqual(Buffer.from(bytes));
      }
    }),
    { numRuns: 3000 },
  );
});
