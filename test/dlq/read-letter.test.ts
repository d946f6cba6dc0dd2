import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { FAMILIES } from "../../src/dlq/letter.ts";
import { headerList } from "../../src/dlq/stored-record.ts";
import { encodeFramed } from "../../src/wire/encode.ts";
import {
  CONNECT_HEADERS,
  OLD_LIBRARY_LETTER,
  OLD_SERVER_LETTER,
  SHARE_GROUP_HEADERS,
  SPRING_HEADERS,
  STREAMS_HEADERS,
} from "./families/samples.ts";
import { dlqRecord, letterOf } from "./records.ts";

const entries = (headers: Readonly<Record<string, string | Buffer>>) =>
  Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)] as const);

describe("the writer of a dead letter", () => {
  test("is the last of several, and the headers of all are left out", () => {
    const app = [["app", Buffer.from("mine")]] as const;
    const connectLast = [...app, ...entries(SPRING_HEADERS), ...entries(CONNECT_HEADERS)];
    const springLast = [...app, ...entries(CONNECT_HEADERS), ...entries(SPRING_HEADERS)];
    expect(letterOf(dlqRecord({ value: "v", headers: connectLast }))).toMatchObject({
      family: "connect",
      headers: app,
    });
    expect(letterOf(dlqRecord({ value: "v", headers: springLast }))).toMatchObject({
      family: "spring",
      headers: app,
    });
  });

  test("is unknown for an ordinary record", () => {
    expect(letterOf(dlqRecord({ key: "k", value: "v", headers: { app: "mine" } }))).toMatchObject({
      family: "unknown",
      errorType: null,
      source: { topic: null, partition: null, offset: null },
    });
  });
});

describe("a bad record that is one of our messages", () => {
  test("tells its thread, tenant and number, whoever wrote the letter", () => {
    const header = { threadId: "thread-9", tenantId: "acme", sequence: 5n, schemaVersion: 7 };
    const value = encodeFramed({ event: { header } });
    expect(letterOf(dlqRecord({ value, headers: CONNECT_HEADERS }))).toMatchObject({
      threadId: "thread-9",
      tenantId: "acme",
      sequence: "5",
    });
    const cut = value.subarray(0, value.length - 1);
    expect(letterOf(dlqRecord({ value: cut, headers: CONNECT_HEADERS })).threadId).toBe(null);
  });
});

describe("any record at all", () => {
  const anyBytes = fc.option(fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)));
  const names = fc.constantFrom(
    ...Object.keys({ ...CONNECT_HEADERS, ...SPRING_HEADERS, ...STREAMS_HEADERS, ...SHARE_GROUP_HEADERS }),
    "dashstream-record-id",
    "dashstream-redrive-hops",
    "__proto__",
    "constructor",
    "app",
  );
  const digits = fc.constantFrom("0", "42", "-1", "99999999999999999999", "1e3").map((s) => Buffer.from(s));
  const anyHeaders = fc.array(fc.tuple(names, fc.oneof(anyBytes, digits)), { maxLength: 12 });
  const numbers = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-1, 0, 2 ** 53, 1e300));
  const anyJson = fc.oneof(fc.jsonValue(), fc.string(), numbers, fc.constant(null));
  const bothLetters = { ...OLD_SERVER_LETTER, ...OLD_LIBRARY_LETTER };
  /** Letters with some keys replaced by anything. */
  const anyBody = fc
    .tuple(
      fc.constantFrom<object>(OLD_SERVER_LETTER, OLD_LIBRARY_LETTER, bothLetters),
      fc.dictionary(
        fc.constantFrom(
          ...Object.keys(bothLetters),
          "original_headers",
          "original_key_base64",
          "original_message",
          "redrive_hops",
          "record_id",
          "original_timestamp_ms",
          "original_payload_truncated",
        ),
        anyJson,
      ),
    )
    .map(([letter, changes]) => Buffer.from(JSON.stringify({ ...letter, ...changes })));
  const anyValue = fc.oneof(
    anyBytes,
    anyBody,
    fc.json().map((text) => Buffer.from(text)),
  );

  test("is read without an error, and its view is sound", () => {
    fc.assert(
      fc.property(anyBytes, anyValue, anyHeaders, (key, value, headers) => {
        const letter = letterOf(dlqRecord({ key, value, headers }));
        expect(FAMILIES).toContain(letter.family);
        expect(Number.isSafeInteger(letter.hops) && letter.hops >= 0).toBe(true);
        for (const number of [letter.source.partition, letter.source.offset]) {
          expect(number === null || (Number.isSafeInteger(number) && number >= 0)).toBe(true);
        }
        if (letter.family === "unknown") expect(letter.source.topic).toBe(null);
        if (letter.payload.kind === "source") expect(Object.values(letter.source)).not.toContain(null);
      }),
      { numRuns: 3000 },
    );
  });

  test("has headers that are bytes, whatever the client library put in front of them", () => {
    const merged = { constructor: [Object, Buffer.from("x")], app: Buffer.from("mine"), none: null };
    expect(headerList(merged as never)).toEqual([
      ["constructor", Buffer.from("x")],
      ["app", Buffer.from("mine")],
      ["none", null],
    ]);
  });
});
