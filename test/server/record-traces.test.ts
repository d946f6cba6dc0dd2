import { describe, expect, test } from "bun:test";
import type { KafkaMessage } from "kafkajs";
import type { FinishedSpan } from "../../src/telemetry/tracing/span.ts";
import { event, pipelineRig } from "./pipeline-rig.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SENDER = "b7ad6b7169203331";

/** Headers of a record whose sender has a span in the trace. */
const traced = (flags = "01", traceId = TRACE) => ({
  traceparent: Buffer.from(`00-${traceId}-${SENDER}-${flags}`),
  tracestate: Buffer.from(""),
});
const record = (
  value: Buffer | null,
  fields: Partial<Pick<KafkaMessage, "key" | "headers">> = {},
): Partial<KafkaMessage> => ({ value, headers: traced(), ...fields });
const BAD = Buffer.from('{"json":true}');
const named = (spans: readonly FinishedSpan[], name: string) => spans.filter((span) => span.name === name);
const processed = (spans: readonly FinishedSpan[]) => named(spans, "process_kafka_message");

describe("the span of a good record", () => {
  test("says where the record is, whose it is and how it stands in its thread", async () => {
    const rig = pipelineRig({ traceRatio: 1 });
    await rig.consume(record(event("run-1", 7)));
    const [span] = processed(rig.spans);
    expect(span).toMatchObject({
      kind: "consumer",
      error: null,
      context: { traceId: TRACE, parentSpanId: SENDER, parentIsRemote: true, traceState: null },
      startMs: rig.clock.nowMs(),
      endMs: rig.clock.nowMs(),
    });
    expect(span?.attributes).toEqual({
      "messaging.system": "kafka",
      "messaging.operation.type": "process",
      "messaging.operation.name": "process",
      "messaging.destination.name": "telemetry",
      "messaging.destination.partition.id": "0",
      "messaging.consumer.group.name": "servers",
      "messaging.client.id": "server-1",
      "messaging.kafka.offset": 0,
      "messaging.message.body.size": event("run-1", 7).length,
      "kafka.partition": 0,
      "kafka.offset": 0,
      thread_id: "run-1",
      tenant_id: "acme",
      sequence: 7,
      sequence_verdict: "baseline",
    });
  });

  test("names the span of its batch, which is a trace of its own", async () => {
    const rig = pipelineRig({ traceRatio: 1 });
    await rig.consume(record(event("a", 1)), record(event("a", 2)), record(event("a", 3)));
    const [batch] = named(rig.spans, "consume_kafka_batch");
    expect(batch).toMatchObject({
      kind: "consumer",
      context: { parentSpanId: null },
      error: null,
      attributes: {
        "messaging.operation.type": "receive",
        "messaging.batch.message_count": 3,
        "kafka.partition": 0,
        "kafka.offset": 0,
      },
    });
    expect(rig.spans).toHaveLength(4);
    for (const span of processed(rig.spans)) {
      expect(span.links).toEqual([batch?.context as never]);
      expect(span.context.traceId).not.toBe(batch?.context.traceId as string);
    }
  });

  test("is not made if its sender did not record, or its id is not of the share", async () => {
    const rig = pipelineRig({ traceRatio: 0.5 });
    const kept = () => processed(rig.spans);
    await rig.consume(
      record(event("a", 1), { headers: traced("00", `${"f".repeat(32)}`) }),
      record(event("a", 2), { headers: traced("01", `${"7".repeat(32)}`) }),
    );
    expect(kept()).toEqual([]);
    await rig.consume(record(event("a", 3), { headers: traced("01", `${"8".repeat(32)}`) }));
    expect(kept().map(({ context }) => context.traceId)).toEqual(["8".repeat(32)]);
  });

  test("begins a trace where the record brings none", async () => {
    const rig = pipelineRig({ traceRatio: 1 });
    await rig.consume(event("a", 1), event("a", 2));
    const [first, second] = processed(rig.spans);
    expect(first?.context).toMatchObject({
      parentSpanId: null,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(first?.context.traceId).not.toBe(second?.context.traceId as string);
  });

  test("bounds what producers put into it", async () => {
    const rig = pipelineRig({ traceRatio: 1 });
    await rig.consume(event("t".repeat(10_000), 1, { tenantId: "n".repeat(10_000) }));
    const { thread_id, tenant_id } = processed(rig.spans)[0]?.attributes ?? {};
    expect([String(thread_id).length, String(tenant_id).length]).toEqual([255, 255]);
  });
});

describe("the span of a bad record is always made, as an error", () => {
  test.each([
    ["not protobuf", BAD, "invalid_protobuf"],
    ["truncated", event("run-1", 2).subarray(0, -1), "buffer_underflow"],
    ["of another schema version", event("run-1", 2, { schemaVersion: 2 }), "schema_mismatch"],
  ])("%s", async (_, value, type) => {
    const rig = pipelineRig({ traceRatio: 0 });
    await rig.consume(record(value, { key: Buffer.from("run-1"), headers: traced("00") }));
    const [span] = processed(rig.spans);
    expect(span).toMatchObject({
      context: { traceId: TRACE, parentSpanId: SENDER },
      attributes: { "error.type": type, thread_id: "run-1", "kafka.offset": 0 },
      error: expect.stringMatching(/./),
    });
    // The span of its batch was not kept.
    expect(rig.spans).toHaveLength(1);
    expect(span?.links).toEqual([]);
    expect(rig.letters[0]?.trace).toEqual(span?.context as never);
  });

  test("without a value, of which nothing but its place and its key is said", async () => {
    const rig = pipelineRig({ traceRatio: 0 });
    await rig.consume(event("before", 1), record(null, { key: Buffer.from("run-9") }));
    const [span] = processed(rig.spans);
    expect(span?.attributes).toMatchObject({
      "error.type": "payload_missing",
      "messaging.kafka.message.tombstone": true,
      thread_id: "run-9",
    });
    expect(span?.attributes).not.toHaveProperty("sequence");
    expect(span?.attributes).not.toHaveProperty("tenant_id");
  });

  test("in a trace of its own if it brings none, which is that of its dead letter", async () => {
    const rig = pipelineRig({ traceRatio: 0 });
    await rig.consume(BAD, event("a", 1));
    const [span, ...others] = processed(rig.spans);
    expect(others).toEqual([]);
    expect(span?.context.parentSpanId).toBeNull();
    expect(rig.letters[0]?.trace?.traceId).toBe(span?.context.traceId as string);
  });

  test("of a halted thread", async () => {
    const rig = pipelineRig({ traceRatio: 0, gapPolicy: "halt" });
    await rig.consume(event("a", 1), event("a", 3), event("a", 4));
    const spans = processed(rig.spans);
    expect(spans.map(({ attributes }) => [attributes["kafka.offset"], attributes["error.type"]])).toEqual([
      [1, "thread_halted"],
      [2, "thread_halted"],
    ]);
    expect(spans.map(({ attributes }) => attributes.sequence_gap)).toEqual([true, undefined]);
    expect(rig.letters.map(({ trace }) => trace?.spanId)).toEqual(spans.map(({ context }) => context.spanId));
  });

  test("with an error text that is not longer than an operator can read", async () => {
    const rig = pipelineRig({ traceRatio: 0, gapPolicy: "halt" });
    await rig.consume(event("x".repeat(5000), 1), event("x".repeat(5000), 3));
    expect(processed(rig.spans)[0]?.error).toHaveLength(1024);
  });
});

describe("a sequence gap is always traced", () => {
  test("on the record that overtook one too many", async () => {
    const rig = pipelineRig({ traceRatio: 0 });
    await rig.consume(event("run-1", 1), ...Array.from({ length: 12 }, (_, i) => event("run-1", i + 4)));
    const spans = processed(rig.spans);
    expect(spans).toHaveLength(1);
    expect(spans[0]).toMatchObject({
      error: null,
      attributes: {
        sequence_gap: true,
        gap_expected: 2,
        gap_received: 4,
        gap_size: 2,
        thread_id: "run-1",
        "kafka.offset": 9,
      },
    });
    expect(named(rig.spans, "declare_sequence_gap")).toEqual([]);
  });

  test("and no other record is said to have one", async () => {
    const rig = pipelineRig({ traceRatio: 1 });
    await rig.consume(event("run-1", 1), ...Array.from({ length: 12 }, (_, i) => event("run-1", i + 3)));
    const having = processed(rig.spans).filter(({ attributes }) => "sequence_gap" in attributes);
    expect(having).toHaveLength(1);
  });

  test("in the trace of the record that showed it, when time declares it", async () => {
    const rig = pipelineRig({ traceRatio: 0 });
    const early = rig.clock.nowMs();
    await rig.consume(event("run-1", 1), record(event("run-1", 5), { headers: traced("00") }));
    expect(rig.spans).toEqual([]);
    rig.clock.advance(2500);
    rig.sequence.expire(rig.clock.monotonicMs());
    expect(rig.spans).toMatchObject([
      {
        name: "declare_sequence_gap",
        kind: "internal",
        context: { traceId: TRACE, parentSpanId: SENDER },
        startMs: early,
        endMs: early + 2500,
        attributes: {
          sequence_gap: true,
          gap_expected: 2,
          gap_received: 5,
          gap_size: 3,
          thread_id: "run-1",
          "kafka.partition": 0,
          "kafka.offset": 1,
        },
      },
    ]);
  });

  test("below the span of that record, if that was kept", async () => {
    const rig = pipelineRig({ traceRatio: 1 });
    await rig.consume(event("run-1", 1), record(event("run-1", 5)));
    const shown = processed(rig.spans).at(-1);
    rig.clock.advance(2500);
    rig.sequence.expire(rig.clock.monotonicMs());
    expect(rig.spans.at(-1)?.context).toMatchObject({
      traceId: TRACE,
      parentSpanId: shown?.context.spanId as string,
      parentIsRemote: false,
    });
  });

  test("of another thread than the record at hand is not put down to that record", async () => {
    const rig = pipelineRig({ traceRatio: 0 });
    await rig.consume(event("run-1", 1), event("run-1", 5));
    rig.clock.advance(2500);
    await rig.consume(event("run-2", 1));
    expect(rig.spans.map(({ name, attributes }) => [name, attributes.thread_id])).toEqual([
      ["declare_sequence_gap", "run-1"],
    ]);
  });

  test("of a thread that is forgotten for another is not put down to the record of that one", async () => {
    const rig = pipelineRig({ traceRatio: 0, maxThreads: 1 });
    await rig.consume(event("run-1", 1), record(event("run-1", 5)), event("run-2", 1));
    expect(rig.spans).toMatchObject([
      { name: "declare_sequence_gap", context: { traceId: TRACE }, attributes: { thread_id: "run-1" } },
    ]);
  });

  test("and a number that merely came late is none", async () => {
    const rig = pipelineRig({ traceRatio: 0 });
    await rig.consume(event("run-1", 1), event("run-1", 3), event("run-1", 2), event("run-1", 4));
    rig.clock.advance(5000);
    rig.sequence.expire(rig.clock.monotonicMs());
    expect(rig.spans).toEqual([]);
  });
});

describe("latency", () => {
  const buckets = async (rig: ReturnType<typeof pipelineRig>) => {
    const { body } = await rig.registry.expose("application/openmetrics-text");
    return body
      .split("\n")
      .filter((line) => line.startsWith("websocket_e2e_latency_ms_bucket") && line.includes(" # "));
  };
  const aged = (rig: ReturnType<typeof pipelineRig>, ms: number, sequence: number) =>
    event("a", sequence, { timestampUs: BigInt((rig.clock.nowMs() - ms) * 1000) });

  test("names the trace of a record that is kept, at both stages", async () => {
    const rig = pipelineRig({ traceRatio: 1 });
    rig.connect();
    await rig.consume(record(aged(rig, 30, 1)));
    const seconds = rig.clock.nowMs() / 1000;
    expect(await buckets(rig)).toEqual([
      `websocket_e2e_latency_ms_bucket{stage="producer_to_consumer",le="50"} 1 # {trace_id="${TRACE}"} 30 ${seconds}`,
      `websocket_e2e_latency_ms_bucket{stage="producer_to_client",le="50"} 1 # {trace_id="${TRACE}"} 30 ${seconds}`,
    ]);
  });

  test("at the client is that of the oldest record, and names a trace only if that one's is kept", async () => {
    const rig = pipelineRig({ traceRatio: 1 });
    rig.connect();
    await rig.consume(record(aged(rig, 30, 1)), record(aged(rig, 400, 2), { headers: traced("00") }));
    expect((await buckets(rig)).map((line) => /stage="(\w+)"/.exec(line)?.[1])).toEqual([
      "producer_to_consumer",
    ]);
  });

  test("names nothing where nothing is kept", async () => {
    const rig = pipelineRig({ traceRatio: 0 });
    rig.connect();
    await rig.consume(record(aged(rig, 30, 1)));
    expect(await buckets(rig)).toEqual([]);
    expect(rig.registry.histogram("websocket_e2e_latency_ms", { stage: "producer_to_client" }).count).toBe(1);
  });
});

test("a batch that fails is traced as an error", async () => {
  const rig = pipelineRig({
    traceRatio: 0,
    replay: {
      write: () => Promise.reject(new Error("defect")),
      forget: () => Promise.resolve(),
      verify: () => Promise.resolve(),
    },
  });
  await expect(rig.consume(event("a", 1))).rejects.toThrow("defect");
  expect(rig.spans).toMatchObject([{ name: "consume_kafka_batch", error: "defect" }]);
});
