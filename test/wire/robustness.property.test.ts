// Whatever bytes come: an answer from the closed set, never a throw, and nothing accepted that protobuf decoders
// would not take.

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { DECODE_FAILURES, type DecodeFailure } from "../../src/wire/failure.ts";
import { RAW_FRAME, withFrame, ZSTD_FRAME } from "../../src/wire/frame.ts";
import { Inspector } from "../../src/wire/inspector.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/messages.ts";
import type { AttributeValueInit, Header } from "../../src/wire/model.ts";
import { compress } from "../../src/wire/zstd.ts";

const MAX_BYTES = 65_536;
const inspector = new Inspector({ maxPayloadBytes: MAX_BYTES, schemaPolicy: "exact" });
const dir = join(import.meta.dir, "golden");
const messages = readdirSync(dir)
  .filter((name) => name.endsWith(".bin"))
  .map((name) => readFileSync(join(dir, name)));
const message = fc.constantFrom(...messages);
const closedSet: readonly (DecodeFailure | null)[] = [null, ...DECODE_FAILURES];

/** Judges a value and holds it against the general decoder. */
function judge(value: Buffer): DecodeFailure | null {
  const verdict = inspector.inspect(value);
  expect(closedSet).toContain(verdict);
  expect(inspector.error === "").toBe(verdict === null);
  expect(inspector.protobuf.length).toBeLessThanOrEqual(Math.max(MAX_BYTES, value.length));
  if (verdict === null) expectSameAsDecoder();
  return verdict;
}

/** What was accepted decodes, and the header read off the wire is the decoder's. */
function expectSameAsDecoder(): void {
  const decoded = decodeMessage(inspector.protobuf);
  if (!decoded.ok) throw new Error(decoded.error);
  const { message } = decoded;
  expect(message.message === undefined).toBe(inspector.kind === 0);
  if (message.message === undefined || message.message === "eventBatch") return;
  const header: Header | undefined = Reflect.get(message, message.message).header;
  expect(inspector.headers).toBe(header === undefined ? 0 : 1);
  if (header === undefined) return;
  expect(inspector.header(0)).toMatchObject({
    threadId: header.threadId,
    tenantId: header.tenantId,
    sequenceText: `${header.sequence}`,
    timestampUs: Number(header.timestampUs),
    schemaVersion: header.schemaVersion,
    messageType: header.type,
  });
}

test("random bytes, framed in any way or not at all", () => {
  const framing = fc.constantFrom<readonly number[]>(
    [],
    [0],
    [1],
    [0x28, 0xb5, 0x2f, 0xfd],
    [1, 0x28, 0xb5, 0x2f, 0xfd],
    [0x0a],
  );
  fc.assert(
    fc.property(framing, fc.uint8Array({ maxLength: 300 }), (prefix, bytes) => {
      judge(Buffer.from([...prefix, ...bytes]));
    }),
    { numRuns: 3000 },
  );
});

test("every truncation of a message is refused or, at a field's end, a message", () => {
  for (const bytes of messages) {
    for (let length = 1; length < bytes.length; length++) {
      const verdict = judge(withFrame(RAW_FRAME, bytes.subarray(0, length)));
      expect(["buffer_underflow", "invalid_protobuf"]).toContain(verdict ?? "");
    }
  }
});

test("single bit flips, raw and compressed", () => {
  fc.assert(
    fc.property(message, fc.nat(), fc.boolean(), (bytes, at, zipped) => {
      const value = zipped ? withFrame(ZSTD_FRAME, compress(bytes, 3)) : withFrame(RAW_FRAME, bytes);
      const bit = at % (value.length * 8);
      value[bit >> 3] = (value[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      judge(value);
    }),
    { numRuns: 3000 },
  );
});

test("every truncation of a compressed value fails to decompress", () => {
  for (const bytes of messages) {
    const value = withFrame(ZSTD_FRAME, compress(bytes, 3));
    for (let length = 2; length < value.length; length++) {
      expect(judge(value.subarray(0, length))).toBe("decompression_failed");
    }
  }
});

test("nesting up to the limit of other decoders passes, beyond it nothing overflows", () => {
  const nested = (levels: number): Buffer => {
    // Hand-made: an attribute that is an array of one attribute, and so on; encodeMessage would refuse deep ones.
    let inner = Buffer.from([0x10, 0x01]);
    const wrap = (field: number, body: Buffer) => {
      const length: number[] = [];
      for (let rest = body.length; ; rest >>>= 7) {
        if (rest < 0x80) {
          length.push(rest);
          break;
        }
        length.push((rest & 0x7f) | 0x80);
      }
      return Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), body]);
    };
    for (let i = 0; i < levels; i++) inner = wrap(6, wrap(1, inner));
    return withFrame(
      RAW_FRAME,
      wrap(1, wrap(4, Buffer.concat([Buffer.from([0x0a, 0x01, 0x61]), wrap(2, inner)]))),
    );
  };
  expect(judge(nested(48))).toBeNull();
  expect(judge(nested(49))).toBe("unknown_decode_error");
  expect(judge(nested(5_000))).toBe("unknown_decode_error");
});

test("encoding refuses what decoders would refuse", () => {
  let value: AttributeValueInit = { intValue: 1 };
  for (let i = 0; i < 60; i++) value = { arrayValue: { values: [value] } };
  expect(() => encodeMessage({ event: { attributes: { deep: value } } })).toThrow("nested");
  expect(() => encodeMessage({ event: { durationUs: 2n ** 63n } })).toThrow("durationUs");
  expect(() => encodeMessage({ event: { header: { sequence: -1 } } })).toThrow("sequence");
  expect(() => encodeMessage({ event: { header: { sequence: 1.5 } } })).toThrow("sequence");
});

test("any event round trips, with its header read off the wire", () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const text = fc.string({ unit: "grapheme", maxLength: 40 });
  fc.assert(
    fc.property(
      text,
      text,
      uint64,
      int64,
      fc.uint8Array({ maxLength: 600 }),
      (threadId, tenantId, sequence, timestampUs, bytes) => {
        const header = { threadId, tenantId, sequence, timestampUs, schemaVersion: 1 };
        const encoded = encodeMessage({ event: { header, attributes: { data: { bytesValue: bytes } } } });
        expect(inspector.inspect(withFrame(RAW_FRAME, encoded))).toBeNull();
        expect(inspector.header(0)).toMatchObject({
          threadId,
          tenantId,
          sequenceText: `${sequence}`,
          sequence: Number(sequence),
          timestampUs: Number(timestampUs),
        });
        expect(decodeMessage(encoded)).toMatchObject({ ok: true, message: { event: { header } } });
      },
    ),
    { numRuns: 500 },
  );
});
