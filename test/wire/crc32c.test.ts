import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { crc32c } from "../../src/wire/crc32c.ts";

/** The definition, bit by bit. */
function bitwise(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe("CRC-32C", () => {
  test("gives the check value and the examples of RFC 3720", () => {
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => i)))).toBe(0x46dd794e);
  });

  test("agrees with the bitwise definition for any bytes and any range of them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), fc.nat(20), (data, skip, drop) => {
        const end = Math.max(skip, data.length - drop);
        expect(crc32c(data, skip, Math.min(end, data.length))).toBe(bitwise(data.subarray(skip, end)));
      }),
    );
  });
});
