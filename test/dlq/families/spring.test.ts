import { describe, expect, test } from "bun:test";
import { dlqRecord, int32, int64, letterOf, T0 } from "../records.ts";
import { SPRING_HEADERS, SPRING_KEY_HEADERS } from "./samples.ts";

describe("a dead letter of Spring Kafka", () => {
  test("has its place as big-endian integers", () => {
    expect(letterOf(dlqRecord({ key: "k", value: "v", headers: SPRING_HEADERS }))).toMatchObject({
      family: "spring",
      source: { topic: "telemetry", partition: 3, offset: 42 },
      originalTimestampMs: T0 - 5000,
      details: { group: "orders", timestamp_type: "CreateTime" },
    });
  });

  test("is of the type of the cause where Spring only wrapped it", () => {
    expect(letterOf(dlqRecord({ value: "v", headers: SPRING_HEADERS })).errorType).toBe(
      "java.lang.IllegalStateException",
    );
    const headers = { ...SPRING_HEADERS, "kafka_dlt-exception-fqcn": "java.io.IOException" };
    expect(letterOf(dlqRecord({ value: "v", headers })).errorType).toBe("java.io.IOException");
  });

  test("of a key that cannot be read tells the error of the key", () => {
    expect(letterOf(dlqRecord({ key: "{", value: "v", headers: SPRING_KEY_HEADERS }))).toMatchObject({
      errorType: "org.springframework.kafka.support.serializer.DeserializationException",
      errorText: "failed to deserialize",
      key: Buffer.from("{"),
      originalTimestampMs: null,
    });
  });

  test("holds the headers of the record without those of the recoverer, deserialiser and retry topics", () => {
    const headers = {
      app: "mine",
      ...SPRING_HEADERS,
      springDeserializerExceptionValue: Buffer.from([0xac, 0xed]),
      "retry_topic-attempts": int32(4),
    };
    expect(letterOf(dlqRecord({ value: "v", headers })).headers).toEqual([["app", Buffer.from("mine")]]);
  });

  test("that failed twice is from where it failed last", () => {
    const first = Object.entries(SPRING_HEADERS).map(([name, value]) => [name, Buffer.from(value)] as const);
    const second = [
      ["kafka_dlt-original-topic", Buffer.from("telemetry-retry")],
      ["kafka_dlt-original-partition", int32(0)],
      ["kafka_dlt-original-offset", int64(9)],
    ] as const;
    expect(letterOf(dlqRecord({ value: "v", headers: [...first, ...second] })).source).toEqual({
      topic: "telemetry-retry",
      partition: 0,
      offset: 9,
    });
  });

  test.each([
    ["kafka_dlt-original-partition", Buffer.from("3")],
    ["kafka_dlt-original-partition", int64(3)],
    ["kafka_dlt-original-offset", int32(42)],
    ["kafka_dlt-original-offset", int64(2n ** 62n)],
    ["kafka_dlt-original-offset", int64(-1)],
  ])("with a %s that cannot be one does not know it", (name, value) => {
    const { source } = letterOf(dlqRecord({ value: "v", headers: { ...SPRING_HEADERS, [name]: value } }));
    expect([source.partition, source.offset]).toContain(null);
  });
});
