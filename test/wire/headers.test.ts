// Headers read off the wire are those that a full decode gives, whatever odd but legal form a message has.

import { describe, expect, test } from "bun:test";
import { RAW_FRAME, withFrame } from "../../src/wire/frame.ts";
import { Inspector } from "../../src/wire/inspector.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/messages.ts";
import type { DashStreamMessageInit, HeaderInit } from "../../src/wire/model.ts";

const inspector = new Inspector({ maxPayloadBytes: 1_048_576, schemaPolicy: "exact" });

function inspect(...parts: readonly (DashStreamMessageInit | Buffer)[]) {
  const bytes = parts.map((part) => (Buffer.isBuffer(part) ? part : encodeMessage(part)));
  return inspector.inspect(withFrame(RAW_FRAME, Buffer.concat(bytes)));
}

const event = (header: HeaderInit): DashStreamMessageInit => ({ event: { header } });

describe("odd values", () => {
  for (const [what, threadId] of [
    ["10 KB", "x".repeat(10_240)],
    ["non-ASCII text", "нить-糸-🧵"],
    ["a byte order mark", "\uFEFFthread"],
    ["exactly as long as what is cached", "y".repeat(64)],
    ["one longer", "y".repeat(65)],
  ] as const) {
    test(`a thread id of ${what} is read unchanged, each time`, () => {
      for (let i = 0; i < 2; i++) {
        expect(inspect(event({ threadId }))).toBeNull();
        expect(inspector.header(0)?.threadId).toBe(threadId);
      }
    });
  }

  test("ids that differ only in the middle are never mixed up", () => {
    const id = (middle: string) => `start-${middle.padStart(20, "0")}-the-end`;
    for (const middle of ["1", "2", "1", "2"]) {
      inspect(event({ threadId: id(middle) }));
      expect(inspector.header(0)?.threadId).toBe(id(middle));
    }
  });

  test("the largest sequence keeps its exact text", () => {
    expect(inspect(event({ sequence: 2n ** 64n - 1n }))).toBeNull();
    expect(inspector.header(0)).toMatchObject({ sequence: 2 ** 64, sequenceText: "18446744073709551615" });
  });

  test("negative and far-future timestamps are given as they are", () => {
    for (const timestampUs of [-1n, -(2n ** 63n), 2n ** 63n - 1n]) {
      expect(inspect(event({ timestampUs }))).toBeNull();
      expect(inspector.header(0)?.timestampUs).toBe(Number(timestampUs));
    }
  });
});

describe("absence", () => {
  test("a message without header is deliverable and has none", () => {
    expect(inspect({ event: { nodeId: "n" } })).toBeNull();
    expect([inspector.kind, inspector.headers, inspector.header(0)]).toEqual([1, 0, undefined]);
    expect(inspector.forward).not.toBeNull();
  });

  test("nothing of a value shows in the next one", () => {
    inspect(event({ threadId: "before", tenantId: "acme", sequence: 7, timestampUs: 9, type: 1 }));
    expect(inspect(event({ schemaVersion: 1 }))).toBeNull();
    expect(inspector.header(0)).toMatchObject({
      threadId: "",
      tenantId: "",
      sequence: 0,
      sequenceText: "0",
      timestampUs: 0,
      messageType: 0,
    });
    inspector.inspect(Buffer.alloc(0));
    expect([inspector.headers, inspector.kind, inspector.batchHeader]).toEqual([0, 0, null]);
  });

  test("nothing of a batch's own header shows in the next batch", () => {
    inspect({ eventBatch: { header: { tenantId: "acme" } } });
    inspect({ eventBatch: { header: { threadId: "t" } } });
    expect(inspector.batchHeader).toMatchObject({ tenantId: "", threadId: "t" });
  });

  test("the header of a nested error is not the message's", () => {
    const errorDetails = { header: { threadId: "inner", schemaVersion: 9 } };
    expect(inspect({ toolExecution: { errorDetails } })).toBeNull();
    expect(inspector.headers).toBe(0);
  });

  test("events of a batch without header are passed over", () => {
    const events = [{ nodeId: "a" }, { header: { threadId: "t" } }];
    expect(inspect({ eventBatch: { events } })).toBeNull();
    expect([inspector.headers, inspector.header(0)?.threadId, inspector.batchHeader]).toEqual([1, "t", null]);
  });
});

describe("fields that come twice", () => {
  test("a variant that comes twice is merged, field by field", () => {
    expect(inspect(event({ threadId: "a", sequence: 1 }), event({ threadId: "b" }))).toBeNull();
    expect(inspector.headers).toBe(1);
    expect(inspector.header(0)).toMatchObject({ threadId: "b", sequence: 1 });
    const decoded = decodeMessage(inspector.protobuf);
    expect(decoded).toMatchObject({ message: { event: { header: { threadId: "b", sequence: 1n } } } });
  });

  test("of different variants the last counts, with its header alone", () => {
    const metrics = { metrics: { header: { threadId: "m" } } };
    expect(inspect(metrics, event({ threadId: "e", sequence: 3 }), metrics)).toBeNull();
    expect([inspector.kind, inspector.headers]).toEqual([6, 1]);
    expect(inspector.header(0)).toMatchObject({ threadId: "m", sequence: 0 });
    const decoded = decodeMessage(inspector.protobuf);
    expect(decoded.ok && Object.keys(decoded.message)).toEqual(["message", "metrics"]);
  });

  test("batches that come twice give the events of both", () => {
    const batch = (threadId: string) => ({ eventBatch: { events: [{ header: { threadId } }] } });
    expect(inspect(batch("a"), batch("b"))).toBeNull();
    expect([inspector.header(0)?.threadId, inspector.header(1)?.threadId]).toEqual(["a", "b"]);
  });
});

describe("of a value that fails", () => {
  test("the header is given as far as it was read", () => {
    const whole = encodeMessage(event({ threadId: "t", tenantId: "acme", sequence: 300 }));
    expect(inspect(whole.subarray(0, -1))).toBe("buffer_underflow");
    const cut = Buffer.from(whole.subarray(0, -1));
    // With lengths that fit, so that only the last varint is cut off.
    cut[1] = (cut[1] ?? 0) - 1;
    cut[3] = (cut[3] ?? 0) - 1;
    expect(inspect(cut)).toBe("buffer_underflow");
    expect(inspector.header(0)).toMatchObject({ threadId: "t", tenantId: "acme", sequence: 0 });
    expect(inspector.error).toContain("event.header.sequence at byte");
  });

  test("the error names the field as the .proto file does, the place and what was expected", () => {
    // event.header.thread_id with wire type 0.
    expect(inspect(Buffer.from([0x0a, 0x04, 0x0a, 0x02, 0x20, 0x01]))).toBe("invalid_protobuf");
    expect(inspector.error).toBe(
      "failed to decode Protobuf message: event.header.thread_id at byte 4: invalid wire type 0, 2 expected",
    );
  });

  test("a tag of more bytes than it needs is called that", () => {
    expect(inspect(Buffer.from([0x8a, 0x00, 0x00]))).toBe("invalid_protobuf");
    expect(inspector.error).toContain("a tag of 2 bytes, 1 expected for field 1");
  });
});
