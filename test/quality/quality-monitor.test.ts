import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { QualityMonitor } from "../../src/quality/quality-monitor.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { encodeMessage } from "../../src/wire/messages.ts";
import { keepingLog, type LogLine } from "../support/keeping-log.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { metricComplaints } from "../support/promtool.ts";
import { readTopic } from "../support/read-topic.ts";
import { describeReal } from "../support/real-components.ts";
import { reportInit, reportRecord } from "./quality-messages.ts";
import { append, RunningService, startBroker } from "./service-rig.ts";

const GROUP = "quality-monitor";
const DLQ = "dashstream-dlq";
const RECEIVED = "dashstream_messages_received_total";
const BAD = Buffer.from("not protobuf");

let broker: Broker;
let lines: LogLine[];
let running: RunningService<QualityMonitor> | null = null;

beforeEach(async () => {
  broker = await startBroker();
  broker.createTopic(DLQ);
  lines = [];
});
afterEach(async () => {
  await running?.service.stop();
  running = null;
  await broker.stop();
});

async function start(
  env: Record<string, string> = {},
  clock: Clock = systemClock,
): Promise<RunningService<QualityMonitor>> {
  running = new RunningService({
    command: "quality-monitor",
    brokers: broker.bootstrap,
    env: { HEALTH_BIND_IP: "127.0.0.1", HEALTH_PORT: "0", ...env },
    make: (options) => new QualityMonitor(options),
    log: keepingLog(lines),
    clock,
  });
  return running.start();
}

let sequence = 0;
/** An evaluation with three equal scores. */
function evaluation(score: number): Buffer {
  sequence++;
  const values = { accuracy: score, relevance: score, completeness: score };
  return reportRecord({ header: { threadId: "t", sequence }, values });
}

beforeEach(() => {
  sequence = 0;
});

test("traces what it reads under its own name, where a collector is named, and its letters have those trace ids", async () => {
  const collector = await startOtlpReceiver();
  const monitor = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.address,
    OTEL_TRACES_SAMPLER_ARG: "1",
  });
  append(broker, 0, evaluation(0.9), BAD);
  await monitor.reaches(RECEIVED, 2);
  await monitor.service.stop();
  running = null;
  const spans = (name: string) => collector.spans.filter((span) => span.name === name);
  expect(new Set(collector.spans.map(({ service }) => service))).toEqual(new Set(["quality-monitor"]));
  expect(spans("process_kafka_message").map(({ status }) => status.code)).toEqual([0, 2]);
  const [letter] = await readTopic(broker.bootstrap, DLQ, 1);
  const bad = spans("process_kafka_message")[1];
  expect(JSON.parse(String(letter?.value)).trace_id).toBe(bad?.traceId);
  expect(spans("send_dead_letter")).toMatchObject([{ traceId: bad?.traceId, parentSpanId: bad?.spanId }]);
  await collector.stop();
});

describe("/health", () => {
  test("says degraded until it has joined, and has no figures", async () => {
    await broker.down();
    const monitor = await start();
    // Until Kafka was asked for it, nothing is known of the dead-letter topic.
    while (!lines.some(({ msg }) => msg.startsWith("dlq topic"))) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const response = await monitor.get("/health");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "degraded",
      uptime_seconds: expect.any(Number),
      kafka_connected: false,
      stats: {
        total_evaluations: 0,
        kafka_messages_received: 0,
        kafka_decode_errors: 0,
        average_accuracy: null,
        average_relevance: null,
        average_completeness: null,
        average_overall: null,
        low_quality_count: 0,
        low_quality_percentage: null,
      },
      dlq_health: {
        mode: "fail_open",
        status: "degraded",
        sends: 0,
        failures_by_reason: { timeout: 0, kafka_error: 0, backpressure: 0 },
        in_flight: 0,
        last_failure_ago_seconds: null,
        waiting_partitions: [],
      },
    });
    expect((await monitor.get("/readyz")).status).toBe(503);
    expect((await monitor.get("/healthz")).status).toBe(200);
    await broker.up();
    await monitor.ready();
    expect(await monitor.json("/health")).toMatchObject({ status: "healthy", kafka_connected: true });
  });

  test("counts evaluations, judges each by itself, and says what could not be read", async () => {
    const monitor = await start();
    append(broker, 0, evaluation(0.5), evaluation(0.9), evaluation(0.9), BAD, null, evaluation(0.9));
    await monitor.reaches(RECEIVED, 6);
    const { stats } = await monitor.json("/health");
    expect(stats).toEqual({
      total_evaluations: 4,
      kafka_messages_received: 6,
      kafka_decode_errors: 1,
      average_accuracy: expect.closeTo(0.8, 9),
      average_relevance: expect.closeTo(0.8, 9),
      average_completeness: expect.closeTo(0.8, 9),
      average_overall: expect.closeTo(0.8, 9),
      low_quality_count: 1,
      low_quality_percentage: 25,
    });
  });

  test("says degraded again when Kafka is gone", async () => {
    const monitor = await start();
    await monitor.ready();
    await broker.down();
    while ((await monitor.json("/health")).kafka_connected)
      await new Promise((resolve) => setImmediate(resolve));
    expect((await monitor.json("/health")).status).toBe("degraded");
  });
});

describe("a bad record", () => {
  test("becomes a dead letter that shows in the metrics, in the health and as one ERROR line", async () => {
    const monitor = await start();
    append(broker, 0, evaluation(0.9), BAD, evaluation(0.9));
    await monitor.reaches("dashstream_dlq_sends_total", 1);
    await monitor.reaches(RECEIVED, 3);
    expect(broker.endOffsets(DLQ)).toEqual([1]);
    expect(await monitor.metric("dashstream_decode_failures_total")).toBe(1);
    const { dlq_health } = await monitor.json("/health");
    expect(dlq_health).toMatchObject({ status: "healthy", sends: 1 });
    expect(lines.filter(({ level }) => level === "error")).toMatchObject([
      { msg: "bad record: invalid_protobuf", kafka_partition: 0, kafka_offset: 1 },
    ]);
  });

  test("is also one that is not framed, or of another schema version", async () => {
    const monitor = await start();
    const unframed = encodeMessage(reportInit({ values: { accuracy: 1 } }));
    append(broker, 0, unframed, reportRecord({ header: { schemaVersion: 2 } }));
    await monitor.reaches("dashstream_dlq_sends_total", 2);
  });

  test("goes on without its letter when the dead letters do not work, and says so", async () => {
    broker.control("Produce", () => ({ kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }), { topic: DLQ });
    const monitor = await start();
    append(broker, 0, BAD, evaluation(0.9));
    await monitor.reaches("dashstream_dlq_send_failures_total", 1);
    expect(await monitor.metric("dashstream_quality_monitor_evaluations_total")).toBe(1);
    const { dlq_health } = await monitor.json("/health");
    expect(dlq_health).toMatchObject({ status: "degraded", failures_by_reason: { kafka_error: 3 } });
  });
});

test("the topic of dead letters is looked at before the first one", async () => {
  const monitor = await start();
  const status = async () => ((await monitor.json("/health")).dlq_health as { status: string }).status;
  while ((await status()) === "unknown") await new Promise((resolve) => setImmediate(resolve));
  expect(await status()).toBe("healthy");
});

describe("reading in a group", () => {
  test("a restart does not count again; figures begin anew", async () => {
    const first = await start();
    append(broker, 0, evaluation(0.9), evaluation(0.9));
    await first.reaches(RECEIVED, 2);
    await first.service.stop();
    expect(broker.committedOffsets(GROUP, "telemetry")).toEqual([2]);
    const second = await start();
    append(broker, 0, evaluation(0.3));
    await second.reaches(RECEIVED, 1);
    expect((await second.json("/health")).stats).toMatchObject({
      total_evaluations: 1,
      average_overall: expect.closeTo(0.3, 9),
    });
  });

  test("a missing number is a gap, and the stream goes on", async () => {
    const monitor = await start();
    const first = evaluation(0.9);
    sequence += 3;
    append(broker, 0, first, ...Array.from({ length: 10 }, () => evaluation(0.9)));
    await monitor.reaches(RECEIVED, 11);
    await monitor.reaches("dashstream_sequence_gaps_total", 1);
    expect(await monitor.metric("dashstream_quality_monitor_evaluations_total")).toBe(11);
  });
});

describe("the log", () => {
  test("begins with the versions that it speaks", async () => {
    await start();
    expect(lines[0]).toMatchObject({
      level: "info",
      msg: "quality-monitor started: protobuf version 3, schema version 1",
      group: GROUP,
      dlq_topic: DLQ,
    });
  });

  test("has a summary each minute in which something came", async () => {
    let minute = () => {};
    const clock: Clock = {
      ...systemClock,
      every(intervalMs, run) {
        if (intervalMs !== 60_000) return systemClock.every(intervalMs, run);
        minute = run;
        return { cancel() {} };
      },
    };
    const monitor = await start({}, clock);
    const summaries = () => lines.filter(({ msg }) => msg === "quality since the start");
    minute();
    append(broker, 0, evaluation(0.5));
    await monitor.reaches(RECEIVED, 1);
    minute();
    minute();
    expect(summaries()).toMatchObject([
      { level: "info", total_evaluations: 1, average_overall: 0.5, low_quality_count: 1 },
    ]);
  });
});

describeReal("promtool", "promtool", () => {
  test("accepts what the quality monitor exposes", async () => {
    const monitor = await start();
    append(broker, 0, evaluation(0.5), BAD);
    await monitor.reaches(RECEIVED, 2);
    expect(metricComplaints(await monitor.exposition())).toEqual([]);
  });
});

test("in closed mode it waits for its dead letters, says so, and is not ready meanwhile", async () => {
  const refusal = broker.control("Produce", () => ({ kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }), {
    topic: DLQ,
  });
  const monitor = await start({ DLQ_FAIL_CLOSED: "true", DLQ_SEND_TIMEOUT_SECS: "1" });
  append(broker, 0, BAD, evaluation(0.9));
  for (let reasons: unknown = []; String(reasons) !== "partitions 0 wait for their dead letters"; ) {
    ({ reasons } = await monitor.json("/readyz"));
  }
  expect((await monitor.json("/health")).dlq_health).toMatchObject({
    mode: "fail_closed",
    status: "degraded",
    waiting_partitions: [0],
  });
  refusal.remove();
  await monitor.reaches("dashstream_dlq_sends_total", 1);
  await monitor.ready();
  expect(await monitor.metric("dashstream_dlq_send_failures_total")).toBe(0);
  expect(await monitor.metric("dashstream_dlq_send_retries_total")).toBeGreaterThan(0);
});
