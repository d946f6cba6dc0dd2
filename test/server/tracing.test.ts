// Traces of the appliance as a collector gets them, with the embedded broker as Kafka.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { type RunningAppliance, startAppliance } from "../support/appliance.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { keepingLog, type LogLine } from "../support/keeping-log.ts";
import { type OtlpReceiver, startOtlpReceiver } from "../support/otlp-receiver.ts";
import { readTopic } from "../support/read-topic.ts";
import { connectStream } from "../support/stream-client.ts";
import { event } from "./pipeline-rig.ts";

const TOPIC = "telemetry";
const DLQ = `${TOPIC}-dlq`;
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SENDER = "b7ad6b7169203331";

let broker: Broker;
let collector: OtlpReceiver;
let running: RunningAppliance | null = null;
let lines: LogLine[];

beforeEach(async () => {
  lines = [];
  [broker, collector] = await Promise.all([startEmbeddedBroker(), startOtlpReceiver()]);
  broker.createTopic(TOPIC);
  broker.createTopic(DLQ);
});
afterEach(async () => {
  await stop();
  await Promise.all([broker.stop(), collector.stop()]);
});

async function start(env: Record<string, string> = {}): Promise<void> {
  running = await startAppliance({
    brokers: broker.bootstrap,
    topic: TOPIC,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.address, OTEL_TRACES_SAMPLER_ARG: "0", ...env },
    log: keepingLog(lines),
  });
}

/** The last spans leave when it stops. */
async function stop(): Promise<void> {
  await running?.stop();
  running = null;
}

function append(value: Buffer, traceparent?: string): void {
  const headers = traceparent === undefined ? [] : [{ key: "traceparent", value: Buffer.from(traceparent) }];
  broker.append(TOPIC, 0, [{ timestampMs: 0, key: Buffer.from("run-1"), value, headers }]);
}

async function handled(): Promise<void> {
  await running?.appliance.handledUpTo(new Map(broker.endOffsets(TOPIC).entries()));
}

async function letters(): Promise<readonly Record<string, unknown>[]> {
  const [count = 0] = broker.endOffsets(DLQ);
  const records = await readTopic(broker.bootstrap, DLQ, count);
  return records.map(({ value }) => JSON.parse(String(value)));
}

const named = (name: string) => collector.spans.filter((span) => span.name === name);
const metrics = async () => (await fetch(`${running?.url}/metrics`)).text();

describe("a dead letter", () => {
  test("has the trace id of its record's span, by which the record is found", async () => {
    await start();
    append(Buffer.from("bad"), `00-${TRACE}-${SENDER}-00`);
    append(Buffer.from("bad too"));
    await handled();
    const [first, second] = await letters();
    await stop();
    const [one, two] = named("process_kafka_message");
    expect(one).toMatchObject({
      traceId: TRACE,
      parentSpanId: SENDER,
      status: { code: 2 },
      attributes: { "kafka.offset": 0, "error.type": "buffer_underflow" },
    });
    expect(first).toMatchObject({ trace_id: TRACE, parent_trace_id: TRACE, span_id: one?.spanId });
    expect(two).toMatchObject({ parentSpanId: "", status: { code: 2 }, attributes: { "kafka.offset": 1 } });
    expect(second).toMatchObject({ trace_id: two?.traceId, span_id: two?.spanId });
  });

  test("has a span of its own below its record's", async () => {
    await start();
    append(Buffer.from("bad"));
    await handled();
    await stop();
    const [record] = named("process_kafka_message");
    expect(named("send_dead_letter")).toMatchObject([
      {
        traceId: record?.traceId,
        parentSpanId: record?.spanId,
        kind: 4,
        status: { code: 0 },
        attributes: { "messaging.destination.name": DLQ, "dead_letter.error_type": "buffer_underflow" },
      },
    ]);
  });

  test("that cannot be written has one with the reason", async () => {
    broker.control("Produce", () => ({ kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }), { topic: DLQ });
    await start();
    append(Buffer.from("bad"));
    await handled();
    await stop();
    expect(named("send_dead_letter")).toMatchObject([
      { status: { code: 2 }, attributes: { "error.type": "kafka_error" } },
    ]);
  });

  test("keeps the trace id of its producer while nothing is traced", async () => {
    await start({ OTEL_EXPORTER_OTLP_ENDPOINT: "", OTEL_TRACES_SAMPLER_ARG: "" });
    append(Buffer.from("bad"), `00-${TRACE}-${SENDER}-01`);
    await handled();
    expect(await letters()).toMatchObject([{ trace_id: TRACE, span_id: SENDER }]);
    expect(await metrics()).not.toContain("dashstream_spans_");
    await stop();
    expect(collector.requests).toEqual([]);
  });
});

test("a sequence gap that time declares arrives, without any further record", async () => {
  await start();
  append(event("run-1", 1));
  append(event("run-1", 4), `00-${TRACE}-${SENDER}-00`);
  await handled();
  await eventually(() => collector.spans.length > 0);
  expect(collector.spans).toMatchObject([
    {
      name: "declare_sequence_gap",
      traceId: TRACE,
      attributes: { sequence_gap: true, thread_id: "run-1", gap_expected: 2, gap_size: 2, "kafka.offset": 1 },
    },
  ]);
});

test("spans name the service, its version and this process, and go to the path of traces with the headers asked for", async () => {
  await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.address}/base/`,
    OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=a%20b",
    OTEL_SERVICE_NAME: "telemetry-server",
    INSTANCE_ID: "server-7",
  });
  append(Buffer.from("bad"));
  await handled();
  await stop();
  expect(collector.requests[0]).toMatchObject({ path: "/base/v1/traces", headers: { "x-tenant": "a b" } });
  expect(collector.spans[0]?.resource).toMatchObject({
    "service.name": "telemetry-server",
    "service.instance.id": "server-7",
    "service.version": expect.stringMatching(/./),
  });
});

test("an address of traces alone is used as it is, before the one of all signals", async () => {
  await start({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.address}/traces`,
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
  });
  append(Buffer.from("bad"));
  await handled();
  await stop();
  expect(collector.requests[0]?.path).toBe("/traces");
});

test("a trace that is kept shows the batch, the record and what a resume sent", async () => {
  await start({ OTEL_TRACES_SAMPLER_ARG: "1" });
  for (let sequence = 1; sequence <= 3; sequence++)
    append(event("run-1", sequence), `00-${TRACE}-${SENDER}-01`);
  await handled();
  let received = 0;
  const done = Promise.withResolvers<void>();
  const client = await connectStream(running?.wsUrl ?? "", {
    onRecord: () => void received++,
    onControl: ({ type }) => type === "replay_complete" && done.resolve(),
  });
  await done.promise;
  client.close();
  await stop();
  expect(received).toBe(3);
  const batches = named("consume_kafka_batch");
  const records = named("process_kafka_message");
  expect(records.map(({ traceId, parentSpanId }) => [traceId, parentSpanId])).toEqual(
    Array.from({ length: 3 }, () => [TRACE, SENDER]),
  );
  const batchIds = new Set(batches.map(({ spanId }) => spanId));
  for (const { links, startNs, endNs } of records) {
    expect(batchIds.has(links[0]?.spanId ?? "")).toBe(true);
    expect(endNs >= startNs).toBe(true);
  }
  expect(named("resume_client")).toMatchObject([
    {
      kind: 2,
      parentSpanId: "",
      status: { code: 0 },
      attributes: { "resume.mode": "partition", "resume.outcome": "complete", "resume.sent": 3 },
    },
  ]);
  expect(new Set(collector.spans.map(({ spanId }) => spanId)).size).toBe(collector.spans.length);
});

test("what is exported and what is lost is counted, and a collector that is away changes nothing for clients", async () => {
  await start();
  append(Buffer.from("bad"));
  await handled();
  await eventually(async () => /^dashstream_spans_exported_total 2$/m.test(await metrics()));
  await stop();

  const port = await freePort();
  await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  append(Buffer.from("bad"));
  append(event("run-1", 1));
  await handled();
  await eventually(async () =>
    /^dashstream_spans_dropped_total\{reason="export_failed"\} [1-9]/m.test(await metrics()),
  );
  expect(lines.filter(({ msg }) => msg === "spans could not be exported and are lost")).toMatchObject([
    {
      level: "warn",
      address: `http://127.0.0.1:${port}/v1/traces`,
      error: expect.stringContaining("ECONNREFUSED"),
    },
  ]);
});
