import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import type { StoredRecord } from "../../../src/dlq/stored-record.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import type { DeadLetter } from "../../../src/stream/dead-letter.ts";
import { type DeadLetterOrigin, deadLetterRecord } from "../../../src/stream/dead-letter-record.ts";
import { dlqRecord, letterOf, T0 } from "../records.ts";
import { OLD_LIBRARY_LETTER, OLD_SERVER_LETTER, SHARE_GROUP_HEADERS } from "./samples.ts";

const sha256 = (value: Buffer) => createHash("sha256").update(value).digest("hex");
const asJson = (body: object) => dlqRecord({ value: JSON.stringify(body) });

const LETTER: DeadLetter = {
  errorType: "invalid_protobuf",
  error: "unexpected end group",
  partition: 3,
  offset: 42,
  key: Buffer.from("thread-1"),
  value: Buffer.from([0, 10, 255]),
  headers: { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` },
  timestampMs: T0 - 1000,
  header: null,
  messageCount: 5,
};
const ORIGIN: DeadLetterOrigin = {
  topic: "telemetry",
  groupId: "server",
  consumerId: "ws-1",
  includePayload: true,
};

function written(letter: Partial<DeadLetter> = {}, origin: Partial<DeadLetterOrigin> = {}): StoredRecord {
  const full = { ...LETTER, ...letter };
  const { key, value, headers } = deadLetterRecord(full, { ...ORIGIN, ...origin }, T0, seededRandom(1));
  return dlqRecord({ key, value, headers });
}

describe("a dead letter of this server", () => {
  test("has all of the record in it", () => {
    expect(letterOf(written())).toMatchObject({
      family: "dashstream",
      errorType: "invalid_protobuf",
      errorText: "unexpected end group",
      source: { topic: "telemetry", partition: 3, offset: 42 },
      threadId: "thread-1",
      traceId: "a".repeat(32),
      hops: 0,
      recordId: "telemetry-3-42",
      payload: { kind: "embedded", value: LETTER.value },
      sha256: sha256(LETTER.value),
      key: Buffer.from("thread-1"),
      headers: [["traceparent", Buffer.from(String(LETTER.headers?.traceparent))]],
      originalTimestampMs: T0 - 1000,
      details: { consumer: "ws-1" },
    });
  });

  test("without the payload sends readers to the source", () => {
    expect(letterOf(written({}, { includePayload: false }))).toMatchObject({
      payload: { kind: "source", why: "the letter does not embed it", sizeBytes: 3 },
      sha256: sha256(LETTER.value),
    });
  });

  test("with the beginning of a payload sends readers to the source", () => {
    const value = Buffer.alloc(600 * 1024, 7);
    expect(letterOf(written({ value })).payload).toEqual({
      kind: "source",
      why: "the letter embeds only its beginning",
      sizeBytes: 600 * 1024,
    });
  });

  test("of an empty value has an empty value, which is not none", () => {
    expect(letterOf(written({ value: Buffer.alloc(0) })).payload).toEqual({
      kind: "embedded",
      value: Buffer.alloc(0),
    });
  });

  test("of a redriven record counts its hops and keeps its id", () => {
    const headers = { "dashstream-record-id": "telemetry-0-1", "dashstream-redrive-hops": "2" };
    expect(letterOf(written({ headers }))).toMatchObject({ hops: 2, recordId: "telemetry-0-1" });
  });

  test("of a producer has no place, and its record no partition", () => {
    expect(letterOf(written({ partition: -1, offset: -1 }))).toMatchObject({
      family: "dashstream",
      source: { topic: "telemetry", partition: null, offset: null },
    });
  });

  test("does not know what was left out for its size", () => {
    const headers = { big: Buffer.alloc(100 * 1024) };
    expect(letterOf(written({ headers }))).toMatchObject({ headers: "unknown" });
    expect(letterOf(written({ key: Buffer.alloc(100 * 1024) }))).toMatchObject({ key: "unknown" });
    expect(letterOf(written({ key: null }))).toMatchObject({ key: "unknown" });
  });

  test("keeps a sequence number beyond 2^53", () => {
    const body = { ...OLD_LIBRARY_LETTER, original_message: { sequence: "18446744073709551615" } };
    expect(letterOf(asJson(body)).sequence).toBe("18446744073709551615");
  });
});

describe("a dead letter of an earlier server", () => {
  test("comes from the topic that the server reads", () => {
    expect(letterOf(asJson(OLD_SERVER_LETTER))).toMatchObject({
      family: "dashstream",
      errorType: "buffer_underflow",
      source: { topic: "telemetry", partition: 3, offset: 42 },
      payload: { kind: "source" },
      key: "unknown",
      headers: "unknown",
      recordId: null,
      hops: 0,
      originalTimestampMs: null,
    });
  });

  test("that is oversized lacks thread and tenant", () => {
    const { thread_id: _, tenant_id: __, ...body } = OLD_SERVER_LETTER;
    expect(letterOf(asJson({ ...body, error_type: "payload_too_large" }))).toMatchObject({
      family: "dashstream",
      errorType: "payload_too_large",
      threadId: null,
    });
  });

  test("with its payload has all of it", () => {
    const value = Buffer.from([0, 10, 255]);
    const body = { ...OLD_SERVER_LETTER, original_payload_base64: value.toString("base64") };
    expect(letterOf(asJson(body)).payload).toEqual({ kind: "embedded", value });
  });
});

describe("a dead letter of an earlier library", () => {
  test("has the payload, and names its source", () => {
    expect(letterOf(asJson(OLD_LIBRARY_LETTER))).toMatchObject({
      family: "dashstream",
      errorType: "processing_error",
      source: { topic: "telemetry", partition: 3, offset: 42 },
      threadId: "thread-1",
      tenantId: "acme",
      payload: { kind: "embedded", value: Buffer.from("abc") },
      sha256: null,
      key: "unknown",
    });
  });

  test("that is truncated is read from the source, if it says what that must be", () => {
    const truncated = {
      ...OLD_LIBRARY_LETTER,
      original_payload_truncated: true,
      original_payload_size_bytes: 600_000,
    };
    const hash = "ab".repeat(32);
    const known = letterOf(asJson({ ...truncated, original_payload_sha256: hash.toUpperCase() }));
    expect(known).toMatchObject({ payload: { kind: "source" }, sha256: hash });
    expect(letterOf(asJson(truncated)).payload.kind).toBe("none");
  });

  test("of a producer that cannot be completed is lost", () => {
    const body = {
      ...OLD_LIBRARY_LETTER,
      source_partition: -1,
      source_offset: -1,
      original_payload_truncated: true,
      original_payload_sha256: "ab".repeat(32),
    };
    expect(letterOf(asJson(body)).payload.kind).toBe("none");
  });
});

describe("what only looks like one", () => {
  test.each([
    ["other JSON", { error: "x", error_type: "y", timestamp: "2026-01-01" }],
    ["a letter without type", { ...OLD_SERVER_LETTER, error_type: null }],
    ["a list", [OLD_SERVER_LETTER]],
  ])("%s is unknown", (_, body) => {
    expect(letterOf(asJson(body)).family).toBe("unknown");
  });

  test("a payload that is no base64 does not count as one", () => {
    for (const encoded of ["AAr*", "AAr/=", "AA r/", "A", 5]) {
      const body = { ...OLD_SERVER_LETTER, original_payload_base64: encoded };
      expect(letterOf(asJson(body)).payload.kind).toBe("source");
    }
  });

  test("headers of which one is malformed are unknown", () => {
    const good = ["a", "YQ=="];
    const headersOf = (original_headers: unknown) =>
      letterOf(asJson({ ...OLD_LIBRARY_LETTER, original_headers })).headers;
    expect(headersOf([good, ["b", null]])).toEqual([
      ["a", Buffer.from("a")],
      ["b", null],
    ]);
    for (const bad of [["b"], ["b", 5], "b", null, [1, "YQ=="]]) {
      expect(headersOf([good, bad])).toBe("unknown");
    }
  });

  test("one of our letters that a share group gave up is a letter of the share group", () => {
    const { key, value } = written();
    const headers = { ...SHARE_GROUP_HEADERS, "__dlq.errors.topic": "telemetry-dlq" };
    const letter = letterOf(dlqRecord({ key, value, headers }));
    expect(letter).toMatchObject({ family: "share_group", source: { topic: "telemetry-dlq" } });
  });
});
