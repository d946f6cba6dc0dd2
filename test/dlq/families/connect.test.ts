import { describe, expect, test } from "bun:test";
import { dlqRecord, letterOf, T0 } from "../records.ts";
import { CONNECT_HEADERS } from "./samples.ts";

describe("a dead letter of Kafka Connect", () => {
  const record = dlqRecord({ key: "k", value: "v", headers: { app: "mine", ...CONNECT_HEADERS } });

  test("tells the error and where the record was", () => {
    expect(letterOf(record)).toMatchObject({
      family: "connect",
      errorType: "org.apache.kafka.connect.errors.DataException",
      errorText: "Converting byte[] to Kafka Connect data failed",
      source: { topic: "telemetry", partition: 3, offset: 42 },
      details: { connector: "sink", task: "0", stage: "VALUE_CONVERTER" },
    });
  });

  test("holds the record as it was, without what Connect added", () => {
    expect(letterOf(record)).toMatchObject({
      payload: { kind: "embedded", value: Buffer.from("v") },
      key: Buffer.from("k"),
      headers: [["app", Buffer.from("mine")]],
      originalTimestampMs: T0,
    });
  });

  test("has no source where Connect knew none", () => {
    const headers = {
      ...CONNECT_HEADERS,
      "__connect.errors.topic": "",
      "__connect.errors.partition": "-1",
      "__connect.errors.offset": "-1",
    };
    expect(letterOf(dlqRecord({ value: "v", headers })).source).toEqual({
      topic: null,
      partition: null,
      offset: null,
    });
  });

  test("knows how often the record was redriven before", () => {
    const headers = {
      "dashstream-record-id": "telemetry-3-1",
      "dashstream-redrive-hops": "2",
      ...CONNECT_HEADERS,
    };
    expect(letterOf(dlqRecord({ value: "v", headers }))).toMatchObject({
      hops: 2,
      recordId: "telemetry-3-1",
    });
  });

  test("of a record without value says so", () => {
    expect(letterOf(dlqRecord({ key: "k", headers: CONNECT_HEADERS })).payload).toEqual({
      kind: "embedded",
      value: null,
    });
  });
});
