import { describe, expect, test } from "bun:test";
import { dlqRecord, letterOf } from "../records.ts";
import { SHARE_GROUP_HEADERS } from "./samples.ts";

describe("a dead letter of a share group", () => {
  test("tells its place, group and cause", () => {
    expect(letterOf(dlqRecord({ key: "k", value: "v", headers: SHARE_GROUP_HEADERS }))).toMatchObject({
      family: "share_group",
      errorType: null,
      errorText: "Offset delivery count exceeded the threshold.",
      source: { topic: "telemetry", partition: 3, offset: 42 },
      payload: { kind: "embedded", value: Buffer.from("v") },
      key: Buffer.from("k"),
      headers: "unknown",
      originalTimestampMs: null,
      details: { group: "workers", delivery_count: "5" },
    });
  });

  test("without a copy of the record sends readers to the source", () => {
    expect(letterOf(dlqRecord({ headers: SHARE_GROUP_HEADERS }))).toMatchObject({
      payload: { kind: "source" },
      key: "unknown",
    });
  });

  test("with the bare minimum of headers is one", () => {
    const headers = { "__dlq.errors.topic": "telemetry" };
    expect(letterOf(dlqRecord({ value: "v", headers }))).toMatchObject({
      family: "share_group",
      source: { topic: "telemetry", partition: null, offset: null },
    });
  });
});
