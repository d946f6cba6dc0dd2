import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { restore, sourceToRead } from "../../src/dlq/original-record.ts";
import type { StoredRecord } from "../../src/dlq/stored-record.ts";
import {
  CONNECT_HEADERS,
  OLD_LIBRARY_LETTER,
  SHARE_GROUP_HEADERS,
  STREAMS_HEADERS,
} from "./families/samples.ts";
import { dlqRecord, type HeaderInit, letterOf, SOURCE, T0 } from "./records.ts";

const VALUE = Buffer.from("abc");
const PLACE = { topic: SOURCE, partition: 3, offset: 42 };
const sha256 = (value: Buffer) => createHash("sha256").update(value).digest("hex");

function ours(changes: object = {}) {
  return letterOf(dlqRecord({ value: JSON.stringify({ ...OLD_LIBRARY_LETTER, ...changes }) }));
}

const WHOLE = {
  payload_sha256: sha256(VALUE),
  original_key_base64: Buffer.from("key").toString("base64"),
  original_headers: [["app", Buffer.from("mine").toString("base64")]],
  original_timestamp_ms: T0 - 9,
  record_id: "telemetry-3-42",
  redrive_hops: 1,
};

function sourceRecord(value: Buffer | null, headers: HeaderInit = { from: "source" }): StoredRecord {
  return dlqRecord({ ...PLACE, key: "source key", value, headers, timestampMs: T0 - 5 });
}

describe("a letter that has all of its record", () => {
  test("needs no source", () => {
    const letter = ours(WHOLE);
    expect(sourceToRead(letter)).toBe(null);
    expect(restore(letter, null)).toEqual({
      ok: true,
      original: {
        key: Buffer.from("key"),
        value: VALUE,
        headers: [["app", Buffer.from("mine")]],
        keyIsAssumed: false,
        headersAreLost: false,
        hops: 1,
        recordId: "telemetry-3-42",
        timestampMs: T0 - 9,
      },
    });
  });

  test("of a sink of Connect needs none either", () => {
    const letter = letterOf(
      dlqRecord({ key: "k", value: "v", headers: { app: "mine", ...CONNECT_HEADERS } }),
    );
    expect(sourceToRead(letter)).toBe(null);
    expect(restore(letter, null)).toMatchObject({
      original: { key: Buffer.from("k"), recordId: "telemetry-3-42", hops: 0, timestampMs: T0 },
    });
  });
});

describe("a letter without the value", () => {
  const letter = ours({ ...WHOLE, original_payload_base64: null });

  test("takes it from the source, if it has the right SHA-256", () => {
    expect(sourceToRead(letter)).toEqual(PLACE);
    expect(restore(letter, sourceRecord(VALUE))).toMatchObject({
      ok: true,
      original: { value: VALUE, key: Buffer.from("key"), headers: [["app", Buffer.from("mine")]] },
    });
  });

  test("is not sent with another value", () => {
    for (const value of [Buffer.from("abd"), Buffer.alloc(0), null]) {
      expect(restore(letter, sourceRecord(value))).toMatchObject({ ok: false, cause: "hash_mismatch" });
    }
  });

  test("is lost with its source", () => {
    expect(restore(letter, null)).toEqual({
      ok: false,
      cause: "source_gone",
      why: "the letter does not embed it, and Kafka has nothing at telemetry-3-42",
    });
  });

  test("and without a source has no payload", () => {
    const nowhere = ours({ original_payload_base64: null, source_partition: -1, source_offset: -1 });
    expect(sourceToRead(nowhere)).toBe(null);
    expect(restore(nowhere, null)).toMatchObject({ ok: false, cause: "no_payload" });
  });

  test("of a share group takes what lies there, since there is nothing to compare it with", () => {
    const bare = letterOf(dlqRecord({ headers: SHARE_GROUP_HEADERS }));
    expect(restore(bare, sourceRecord(VALUE))).toMatchObject({
      ok: true,
      original: { value: VALUE, key: Buffer.from("source key"), timestampMs: T0 - 5 },
    });
    expect(restore(bare, null)).toMatchObject({ ok: false, cause: "source_gone" });
  });

  test("of a share group does not take what was written after it", () => {
    const bare = letterOf(dlqRecord({ headers: SHARE_GROUP_HEADERS }));
    const later = { ...sourceRecord(VALUE), timestampMs: T0 + 600_001 };
    expect(restore(bare, later)).toMatchObject({
      ok: false,
      cause: "source_gone",
      why: "the record at telemetry-3-42 was written after the letter: the topic was made anew",
    });
    expect(restore(bare, { ...later, timestampMs: T0 + 600_000 })).toMatchObject({ ok: true });
  });
});

describe("a letter whose value is not what it says it is", () => {
  const letter = ours({ ...WHOLE, payload_sha256: sha256(Buffer.from("other")) });

  test("takes the right one from the source", () => {
    expect(sourceToRead(letter)).toEqual(PLACE);
    expect(restore(letter, sourceRecord(Buffer.from("other")))).toMatchObject({
      ok: true,
      original: { value: Buffer.from("other") },
    });
  });

  test("is not sent if the source has not the right one, or is gone", () => {
    expect(restore(letter, sourceRecord(VALUE))).toMatchObject({ ok: false, cause: "hash_mismatch" });
    expect(restore(letter, null)).toMatchObject({ ok: false, cause: "hash_mismatch" });
  });
});

describe("a letter without key and headers", () => {
  test("takes them from the source, if that is the same record", () => {
    expect(sourceToRead(ours())).toEqual(PLACE);
    expect(restore(ours(), sourceRecord(VALUE))).toMatchObject({
      original: {
        key: Buffer.from("source key"),
        headers: [["from", Buffer.from("source")]],
        keyIsAssumed: false,
        headersAreLost: false,
      },
    });
  });

  test("goes by its thread and says so, if the source is gone or another record", () => {
    for (const source of [null, sourceRecord(Buffer.from("another"))]) {
      expect(restore(ours(), source)).toMatchObject({
        ok: true,
        original: {
          value: VALUE,
          key: Buffer.from("thread-1"),
          headers: [],
          keyIsAssumed: true,
          headersAreLost: true,
        },
      });
    }
  });

  test("of Streams takes the headers, and with them the hops and the id", () => {
    const letter = letterOf(dlqRecord({ key: "k", value: "abc", headers: STREAMS_HEADERS }));
    const headers = { "dashstream-record-id": "telemetry-0-1", "dashstream-redrive-hops": "2" };
    expect(restore(letter, sourceRecord(VALUE, headers))).toMatchObject({
      original: { key: Buffer.from("k"), hops: 2, recordId: "telemetry-0-1" },
    });
    expect(restore(letter, null)).toMatchObject({
      original: { key: Buffer.from("k"), hops: 0, recordId: "telemetry-3-42", headersAreLost: true },
    });
  });

  test("of a producer takes its id from the place of the letter", () => {
    const letter = ours({ source_partition: -1, source_offset: -1 });
    expect(sourceToRead(letter)).toBe(null);
    expect(restore(letter, null)).toMatchObject({ original: { recordId: "telemetry-dlq-0-7" } });
  });
});
