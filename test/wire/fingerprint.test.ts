import { expect, test } from "bun:test";
import { fingerprintsToJson, parseFingerprints, valueChecksum } from "../../src/wire/fingerprint.ts";

test("a checksum is the CRC-32C of the value in 8 lower-case hex digits", () => {
  expect(valueChecksum(Buffer.from("123456789"))).toBe("e3069283");
  expect(valueChecksum(new Uint8Array())).toBe("00000000");
});

test("fingerprints read as they were written", () => {
  const fingerprints = new Map([
    [0, { offset: 41, crc32c: "9ae0daaf" }],
    [2 ** 31 - 1, { offset: Number.MAX_SAFE_INTEGER, crc32c: "00000001" }],
  ]);
  const json = fingerprintsToJson(fingerprints);
  expect(json[0]).toEqual({ offset: "41", crc32c: "9ae0daaf" });
  expect(parseFingerprints(JSON.parse(JSON.stringify(json)))).toEqual({ ok: true, fingerprints });
});

test.each([
  [[], "fingerprints is [], expected an object by partition"],
  [{ "-1": {} }, 'a key of fingerprints is "-1", expected a partition from 0 to 2147483647'],
  [{ 0: null }, "fingerprints.0 is null, expected"],
  [{ 0: { offset: "x", crc32c: "9ae0daaf" } }, 'fingerprints.0 is {"offset":"x"'],
  [{ 0: { offset: "1", crc32c: "9AE0DAAF" } }, "fingerprints.0 is"],
  [{ 0: { offset: "1", crc32c: "9ae0daa" } }, '"crc32c":"8 lower-case hex digits"}'],
])("fingerprints that are wrong are refused with field and expectation: %p", (value, message) => {
  const parsed = parseFingerprints(value);
  expect(parsed.ok ? "" : parsed.error).toContain(message);
});
