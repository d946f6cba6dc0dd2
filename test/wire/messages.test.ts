// What encoding and decoding promise beyond the round trip: nothing is rounded, wrapped or mixed up in silence.

import { describe, expect, test } from "bun:test";
import { encodeFramed } from "../../src/wire/encode.ts";
import { RAW_FRAME, ZSTD_FRAME } from "../../src/wire/frame.ts";
import { Inspector } from "../../src/wire/inspector.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/messages.ts";
import type { DashStreamMessage, DashStreamMessageInit } from "../../src/wire/model.ts";

function roundTrip(message: DashStreamMessageInit): DashStreamMessage {
  const decoded = decodeMessage(encodeMessage(message));
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.message;
}

describe("64-bit integers", () => {
  test("may be a bigint, a number or text, with the same bytes", () => {
    const [first, ...others] = [5n, 5, "5"].map((sequence) =>
      encodeMessage({ event: { header: { sequence } } }),
    );
    for (const other of others) expect(other).toEqual(first as Buffer);
    expect(roundTrip({ event: { header: { sequence: "5" } } })).toMatchObject({
      event: { header: { sequence: 5n } },
    });
  });

  test("that a field cannot hold exactly are refused by name", () => {
    for (const sequence of [2n ** 64n, -1n, 2 ** 53, Number.NaN, "1.5", ""]) {
      expect(() => encodeMessage({ event: { header: { sequence } } })).toThrow(
        "message.event.header.sequence is",
      );
    }
  });
});

test("32-bit integers and enums out of range are refused by name", () => {
  expect(() => encodeMessage({ event: { header: { schemaVersion: -1 } } })).toThrow("schemaVersion is -1");
  expect(() => encodeMessage({ event: { eventType: 1.5 } })).toThrow("eventType is 1.5");
});

test("an enum value of a newer schema stays the number it is", () => {
  expect(roundTrip({ event: { eventType: 4711 } })).toMatchObject({ event: { eventType: 4711 } });
});

test("a map key that is a property of every object is an entry like any other", () => {
  const tags = JSON.parse('{"__proto__":"a","constructor":"b"}') as Record<string, string>;
  const decoded = roundTrip({ metrics: { tags } });
  expect(JSON.stringify(decoded.message === "metrics" && decoded.metrics.tags)).toBe(JSON.stringify(tags));
});

test("a lone surrogate becomes U+FFFD, so that readers accept the text", () => {
  expect(roundTrip({ event: { nodeId: "a\uD83Eb" } })).toMatchObject({ event: { nodeId: "a\uFFFDb" } });
});

test("absent fields have the defaults of proto3, absent messages are absent", () => {
  const decoded = roundTrip({ event: {} });
  expect(decoded).toEqual({
    message: "event",
    event: { eventType: 0, nodeId: "", attributes: {}, durationUs: 0n, llmRequestId: "" },
  });
});

test("decoding can be told to accept less nesting", () => {
  const bytes = encodeMessage({ event: { attributes: { a: { intValue: 1 } } } });
  expect(decodeMessage(bytes, { maxDepth: 3 }).ok).toBe(true);
  expect(decodeMessage(bytes, { maxDepth: 2 })).toMatchObject({ ok: false, code: "unknown_decode_error" });
});

describe("framing a message", () => {
  const inspector = new Inspector({ maxPayloadBytes: 1_048_576, schemaPolicy: "exact" });
  const batch = (nodeId: string): DashStreamMessageInit => ({
    eventBatch: { header: { tenantId: "t" }, events: [{ header: { threadId: "a" }, nodeId }] },
  });
  const compressionOf = (value: Buffer) => {
    expect(inspector.inspect(value)).toBeNull();
    const decoded = decodeMessage(inspector.protobuf);
    if (!decoded.ok || decoded.message.message !== "eventBatch") throw new Error("a batch expected");
    const { header, events } = decoded.message.eventBatch;
    return [header?.compression, events[0]?.header?.compression];
  };

  test("compresses above the threshold and says so in every header", () => {
    const value = encodeFramed(batch("x".repeat(600)));
    expect(value[0]).toBe(ZSTD_FRAME);
    expect(compressionOf(value)).toEqual([1, 1]);
  });

  test("leaves small messages, and those that would not get smaller, as they are", () => {
    const always = { thresholdBytes: 0, level: 3 };
    expect(encodeFramed(batch("x".repeat(400)))[0]).toBe(RAW_FRAME);
    expect(encodeFramed({ event: { nodeId: "a" } }, always)[0]).toBe(RAW_FRAME);
  });

  test("can be told never to compress", () => {
    const value = encodeFramed(batch("x".repeat(600)), null);
    expect(value[0]).toBe(RAW_FRAME);
    expect(compressionOf(value)).toEqual([0, 0]);
  });
});
