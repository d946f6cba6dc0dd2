import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { seededRandom } from "../../src/runtime/random.ts";
import type { DeadLetter } from "../../src/stream/dead-letter.ts";
import {
  deadLetterRecord,
  MAX_EMBEDDED_BYTES,
  withoutEmbedded,
} from "../../src/stream/dead-letter-record.ts";
import type { HeaderView } from "../../src/wire/header.ts";

const ORIGIN = { topic: "telemetry", groupId: "g", consumerId: "server-1", includePayload: false };
const HEADER: HeaderView = {
  threadId: "t-1",
  tenantId: "acme",
  sequence: 7,
  sequenceText: "7",
  timestampUs: 1_700_000_000_000_000,
  schemaVersion: 2,
  messageType: 1,
};
const VALUE = Buffer.from([0, 10, 255, ...Array.from({ length: 20 }, (_, i) => i)]);
const LETTER: DeadLetter = {
  errorType: "schema_mismatch",
  error: "expected v1, got v2",
  partition: 3,
  offset: 41,
  key: Buffer.from("key-thread"),
  value: VALUE,
  headers: undefined,
  timestampMs: null,
  header: HEADER,
  messageCount: 12,
};

function build(letter: Partial<DeadLetter> = {}, origin: Partial<typeof ORIGIN> = {}) {
  const record = deadLetterRecord({ ...LETTER, ...letter }, { ...ORIGIN, ...origin }, 0, seededRandom(1));
  return { ...record, body: JSON.parse(record.value) };
}

describe("a dead letter", () => {
  test("names the source record, the cause and what could be read of the message", () => {
    const { body, headers } = build();
    expect(body).toMatchObject({
      timestamp: "1970-01-01T00:00:00.000+00:00",
      error: "expected v1, got v2",
      error_type: "schema_mismatch",
      payload_sha256: createHash("sha256").update(VALUE).digest("hex"),
      message_size: VALUE.length,
      kafka_partition: 3,
      kafka_offset: 41,
      message_count: 12,
      thread_id: "t-1",
      tenant_id: "acme",
      source_topic: "telemetry",
      consumer_id: "server-1",
      original_message: {
        thread_id: "t-1",
        tenant_id: "acme",
        sequence: 7,
        type: 1,
        schema_version: 2,
        timestamp_us: 1_700_000_000_000_000,
      },
    });
    expect(headers).toEqual({
      "__dlq.errors.topic": "telemetry",
      "__dlq.errors.partition": "3",
      "__dlq.errors.offset": "41",
      "__dlq.errors.group": "g",
      "__dlq.errors.delivery.count": "1",
      "__dlq.errors.message": "expected v1, got v2",
    });
  });

  test("shows the first and last 16 bytes as lists of hex, the last ones only if there are 16", () => {
    const { body } = build();
    expect(body.first_bytes_hex).toBe("[00, 0a, ff, 00, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c]");
    expect(body.last_bytes_hex).toStartWith("[04, 05,");
    expect(build({ value: Buffer.from("x") }).body).toMatchObject({
      first_bytes_hex: "[78]",
      last_bytes_hex: "",
    });
  });

  test("takes the thread from the Kafka key if the header could not be read, and says null where nothing is known", () => {
    const { body } = build({ header: null });
    expect(body).toMatchObject({ thread_id: "key-thread", tenant_id: null });
    expect(body.original_message).toEqual({
      thread_id: "key-thread",
      tenant_id: null,
      sequence: null,
      type: null,
      schema_version: null,
      timestamp_us: null,
    });
    expect(build({ header: null, key: null }).body.original_message).toBeNull();
  });

  test("keeps a sequence beyond 2^53 exact, as text", () => {
    const header = { ...HEADER, sequence: 2 ** 64, sequenceText: "18446744073709551615" };
    expect(build({ header }).body.original_message.sequence).toBe("18446744073709551615");
  });

  test("is keyed by the trace of its record, else by a new one", () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const traced = build({ headers: { traceparent: Buffer.from(traceparent) } });
    expect(traced.key).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(traced.body).toMatchObject({
      trace_id: traced.key,
      parent_trace_id: traced.key,
      span_id: "b7ad6b7169203331",
    });
    for (const bad of [null, "garbage", `00-${"0".repeat(32)}-b7ad6b7169203331-01`]) {
      const fresh = build({ headers: bad === null ? {} : { traceparent: bad } });
      expect(fresh.key).toMatch(/^[0-9a-f]{32}$/);
      expect(fresh.body).toMatchObject({ trace_id: fresh.key, parent_trace_id: null });
    }
  });
});

describe("what is needed to send the record again", () => {
  test("is in the letter: its place as id, its key, headers and time", () => {
    const many = [Buffer.from("1"), null, Buffer.from([0, 255])];
    const headers = { traceparent: Buffer.from("x"), many, none: null };
    expect(build({ headers, timestampMs: 5 }).body).toMatchObject({
      record_id: "telemetry-3-41",
      redrive_hops: 0,
      original_key_base64: Buffer.from("key-thread").toString("base64"),
      original_headers: [
        ["traceparent", "eA=="],
        ["many", "MQ=="],
        ["many", null],
        ["many", "AP8="],
        ["none", null],
      ],
      original_timestamp_ms: 5,
    });
    expect(build({ key: null }).body).toMatchObject({
      original_key_base64: null,
      original_headers: [],
      original_timestamp_ms: null,
    });
  });

  test("keeps the id of a redriven record and counts its deliveries", () => {
    const headers = { "dashstream-record-id": "telemetry-0-7", "dashstream-redrive-hops": "2" };
    const { body, headers: letterHeaders } = build({ headers });
    expect(body).toMatchObject({ record_id: "telemetry-0-7", redrive_hops: 2 });
    expect(letterHeaders["__dlq.errors.delivery.count"]).toBe("3");
  });

  test("is left out where it is absurdly large, so that the letter can still be written", () => {
    const huge = Buffer.alloc(1_000_000);
    expect(build({ key: huge, headers: { huge } }).body).toMatchObject({
      original_key_base64: null,
      original_headers: null,
    });
  });
});

describe("the payload", () => {
  test("is left out unless asked for, and the note says how to get it", () => {
    const { body } = build();
    expect(body.original_payload_base64).toBeNull();
    expect(body.payload_truncation_note).toContain("DLQ_INCLUDE_FULL_PAYLOAD");
  });

  test("is embedded whole when asked for", () => {
    const { body } = build({}, { includePayload: true });
    expect(Buffer.from(body.original_payload_base64, "base64")).toEqual(VALUE);
    expect(body).toMatchObject({ payload_truncation_note: null, original_payload_truncated: false });
  });

  test("is cut at 512 KiB with its hash and size", () => {
    const { body } = build({ value: Buffer.alloc(MAX_EMBEDDED_BYTES + 1) }, { includePayload: true });
    expect(body).toMatchObject({
      original_payload_size_bytes: MAX_EMBEDDED_BYTES + 1,
      original_payload_included_bytes: MAX_EMBEDDED_BYTES,
      original_payload_truncated: true,
    });
  });

  test("of an oversized record is never embedded", () => {
    const { body } = build({ errorType: "payload_too_large" }, { includePayload: true });
    expect(body.original_payload_base64).toBeNull();
    expect(body.payload_truncation_note).toContain("exceeds the limit");
  });
});

describe("however large the record is, its letter fits a topic with the default limit", () => {
  const MIB = 1024 * 1024;
  const large = Buffer.alloc(MIB, 1);
  const id = "\u0001".repeat(MIB);
  const huge: Readonly<Record<string, Partial<DeadLetter>>> = {
    "a key of a mebibyte": { key: large, header: null },
    "a key that is text of control characters": { key: large.subarray(0, 64 * 1024), header: null },
    "ids of a mebibyte": { header: { ...HEADER, threadId: id, tenantId: id } },
    "a header name of control characters": { headers: { [id.slice(0, 60_000)]: "x" } },
    "a record id of a mebibyte": { headers: { "dashstream-record-id": large } },
    "an error of a mebibyte": { error: id },
  };
  const value = Buffer.alloc(MAX_EMBEDDED_BYTES + 1, 1);

  test.each(Object.entries(huge))("%s", (_, letter) => {
    const { value: text, headers } = build({ ...letter, value }, { includePayload: true });
    expect(Buffer.byteLength(text) + Buffer.byteLength(JSON.stringify(headers))).toBeLessThan(MIB);
  });

  test("all of it together, and the thread still tells itself from others", () => {
    const all = Object.assign({}, ...Object.values(huge), { value });
    const { value: text, headers, body } = build(all, { includePayload: true });
    expect(Buffer.byteLength(text) + Buffer.byteLength(JSON.stringify(headers))).toBeLessThan(MIB);
    const other = { ...HEADER, threadId: `${id}!` };
    expect(build({ header: other }).body.thread_id).not.toBe(body.thread_id);
  });
});

describe("a letter without what it embeds", () => {
  test("says where the record is, its hash, and why the rest is not there", () => {
    const whole = build({ headers: { a: "b" } }, { includePayload: true });
    const smaller = withoutEmbedded(whole);
    expect(smaller).toMatchObject({ key: whole.key, headers: whole.headers });
    expect(JSON.parse(smaller?.value ?? "")).toEqual({
      ...whole.body,
      original_payload_base64: null,
      original_key_base64: null,
      original_headers: null,
      original_payload_included_bytes: 0,
      original_payload_truncated: true,
      payload_truncation_note: expect.stringContaining("does not fit into the dead-letter topic"),
    });
  });

  test("is nothing new where nothing was embedded", () => {
    expect(withoutEmbedded(build({ key: null }))).toBeNull();
  });
});
