import { describe, expect, test } from "bun:test";
import { dlqRecord, letterOf, T0 } from "../records.ts";
import { STREAMS_HEADERS } from "./samples.ts";

describe("a dead letter of Kafka Streams", () => {
  test("tells the error by its class and its message", () => {
    expect(letterOf(dlqRecord({ key: "k", value: "v", headers: STREAMS_HEADERS }))).toMatchObject({
      family: "streams",
      errorType: "org.apache.kafka.common.errors.SerializationException",
      errorText: "not a number",
      source: { topic: "telemetry", partition: 3, offset: 42 },
      payload: { kind: "embedded", value: Buffer.from("v") },
      key: Buffer.from("k"),
      originalTimestampMs: T0,
    });
  });

  test("does not know the headers of the record, which Streams leaves out", () => {
    expect(letterOf(dlqRecord({ value: "v", headers: STREAMS_HEADERS })).headers).toBe("unknown");
  });

  test("of an exception without message falls back to the exception", () => {
    const headers = {
      ...STREAMS_HEADERS,
      "__streams.errors.message": null,
      "__streams.errors.exception": "java.lang.NullPointerException",
    };
    expect(letterOf(dlqRecord({ value: "v", headers }))).toMatchObject({
      errorType: "java.lang.NullPointerException",
      errorText: "java.lang.NullPointerException",
    });
  });

  test("without key and value sends readers to the source", () => {
    expect(letterOf(dlqRecord({ headers: STREAMS_HEADERS }))).toMatchObject({
      payload: { kind: "source" },
      key: "unknown",
    });
    const headers = { ...STREAMS_HEADERS, "__streams.errors.topic": null };
    expect(letterOf(dlqRecord({ headers })).payload.kind).toBe("none");
  });

  test("of a record without value but with a key has no value, which is known", () => {
    expect(letterOf(dlqRecord({ key: "k", headers: STREAMS_HEADERS })).payload).toEqual({
      kind: "embedded",
      value: null,
    });
  });
});
