import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { Exporter } from "../../src/quality/exporter.ts";
import { encodeMessage } from "../../src/wire/messages.ts";
import { keepingLog, type LogLine } from "../support/keeping-log.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { metricComplaints } from "../support/promtool.ts";
import { describeReal } from "../support/real-components.ts";
import { type ReportInit, reportInit, reportRecord } from "./quality-messages.ts";
import { append, assigned, RunningService, startBroker } from "./service-rig.ts";

const GROUP = "prometheus-exporter";
const RECEIVED = "dashstream_exporter_messages_received_total";

let broker: Broker;
let lines: LogLine[];
let running: RunningService<Exporter> | null = null;

beforeEach(async () => {
  broker = await startBroker(2);
  lines = [];
});
afterEach(async () => {
  await running?.service.stop();
  running = null;
  await broker.stop();
});

async function start(env: Record<string, string> = {}): Promise<RunningService<Exporter>> {
  running = new RunningService({
    command: "exporter",
    brokers: broker.bootstrap,
    env: { METRICS_BIND_IP: "127.0.0.1", METRICS_PORT: "0", ...env },
    make: (options) => new Exporter(options),
    log: keepingLog(lines),
  });
  return running.start();
}

const GOOD: ReportInit = {
  header: { threadId: "s1", sequence: 1 },
  values: { accuracy: 0.9, quality_score: 0.95, passed: true, latency_ms: 120n, turn_number: 3n },
  tags: { model: "gpt-4o-mini-2024-07-18", category: "simple", application_type: "librarian" },
};

test("the exporter traces what it reads under its own name, where a collector is named", async () => {
  const collector = await startOtlpReceiver();
  const exporter = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.address,
    OTEL_TRACES_SAMPLER_ARG: "1",
  });
  append(broker, 0, reportRecord(GOOD), Buffer.from("bad"));
  await exporter.reaches(RECEIVED, 2);
  await exporter.service.stop();
  running = null;
  const records = collector.spans.filter(({ name }) => name === "process_kafka_message");
  expect(records.map(({ service, status }) => [service, status.code])).toEqual([
    ["prometheus-exporter", 0],
    ["prometheus-exporter", 2],
  ]);
  await collector.stop();
});

describe("the exporter", () => {
  test("turns the reports of all partitions into series", async () => {
    const exporter = await start();
    const failed = { header: { threadId: "s2" }, values: { passed: false }, tags: { category: "Edge" } };
    append(broker, 0, reportRecord(GOOD), reportRecord(GOOD));
    append(broker, 1, reportRecord(failed));
    await exporter.reaches(RECEIVED, 3);
    const body = await exporter.exposition();
    for (const line of [
      "dashstream_quality_monitor_queries_total 3",
      "dashstream_quality_monitor_queries_passed_total 2",
      'dashstream_quality_monitor_queries_failed_total{category="Edge"} 1',
      'dashstream_quality_monitor_queries_failed_total{category="Simple"} 0',
      "dashstream_quality_accuracy 0.9",
      'dashstream_query_latency_ms_bucket{le="100"} 0',
      'dashstream_query_latency_ms_bucket{le="200"} 2',
      'dashstream_queries_by_model_total{model="gpt-4o-mini"} 2',
      'dashstream_latency_by_model_ms_count{model="gpt-4o-mini"} 2',
      "dashstream_librarian_requests_total 2",
      'dashflow_build_info{version="1.2.3",commit="abc",build_date="2026-01-01",rust_version="bun 1.4.5"} 1',
      'dashstream_dependency_up{dependency="kafka"} 1',
    ]) {
      expect(body).toContain(`\n${line}\n`);
    }
    const nowSeconds = Date.parse((await exporter.get("/metrics")).headers.get("date") ?? "") / 1000;
    for (const name of [
      "dashstream_exporter_process_start_time_seconds",
      "dashstream_exporter_last_event_timestamp_seconds",
      "dashstream_exporter_gauges_last_update_timestamp_seconds",
    ]) {
      expect(Math.abs((await exporter.metric(name)) - nowSeconds)).toBeLessThan(300);
    }
  });

  test("takes values of older producers, and counts the others by what was wrong", async () => {
    const exporter = await start({ DASHSTREAM_MAX_PAYLOAD_BYTES: "2000" });
    const bare = encodeMessage(reportInit(GOOD));
    append(broker, 0, bare, Buffer.from("not protobuf"), null, Buffer.alloc(3000));
    append(broker, 0, reportRecord({ ...GOOD, header: { schemaVersion: 2 } }));
    append(broker, 0, reportRecord({ values: { accuracy: "high", passed: true } }));
    append(broker, 0, reportRecord({ scope: "cost" }), reportRecord({ header: null }));
    await exporter.reaches(RECEIVED, 8);
    const body = await exporter.exposition();
    for (const line of [
      'dashstream_exporter_messages_failed_total{error_type="decode"} 3',
      'dashstream_exporter_messages_failed_total{error_type="process"} 1',
      'dashstream_exporter_messages_failed_total{error_type="unknown"} 0',
      "dashstream_exporter_kafka_payload_missing_total 1",
      "dashstream_exporter_messages_wrong_scope_total 1",
      "dashstream_exporter_messages_missing_header_total 1",
      "dashstream_quality_monitor_queries_total 3",
      "dashstream_quality_monitor_queries_passed_total 2",
    ]) {
      expect(body).toContain(`\n${line}\n`);
    }
    expect(lines.filter(({ level }) => level === "error").map(({ error_type }) => error_type)).toEqual([
      "invalid_protobuf",
      "payload_missing",
      "payload_too_large",
      "schema_mismatch",
      "process",
    ]);
  });

  test("does not count again after a restart, and shows the true lag before its first record", async () => {
    append(broker, 0, reportRecord(GOOD), reportRecord(GOOD));
    append(broker, 1, reportRecord(GOOD));
    const first = await start();
    await first.reaches(RECEIVED, 3);
    await first.reaches("dashstream_exporter_kafka_consumer_lag", 0);
    await first.service.stop();
    expect(broker.committedOffsets(GROUP, "telemetry")).toEqual([2, 1]);
    broker.control("Fetch", () => ({ kind: "withhold" }), { topic: "telemetry" });
    append(broker, 0, reportRecord(GOOD));
    append(broker, 1, reportRecord(GOOD), reportRecord(GOOD));
    const second = await start({ KAFKA_LAG_CHECK_INTERVAL_SECS: "1" });
    await second.reaches("dashstream_exporter_kafka_consumer_lag", 3);
    expect(await second.metric(RECEIVED)).toBe(0);
    append(broker, 1, reportRecord(GOOD));
    await second.reaches("dashstream_exporter_kafka_consumer_lag", 4);
  });

  test("begins where it is told to in a topic that it does not know", async () => {
    append(broker, 0, reportRecord(GOOD));
    const exporter = await start({ KAFKA_AUTO_OFFSET_RESET: "latest" });
    await assigned(lines);
    append(broker, 0, reportRecord(GOOD));
    await exporter.reaches(RECEIVED, 1);
    expect(await exporter.metric("dashstream_exporter_kafka_consumer_lag")).toBe(0);
  });

  test("observes the turns of all sessions when it ends", async () => {
    const exporter = await start();
    append(broker, 0, reportRecord(GOOD), reportRecord({ ...GOOD, values: { turn_number: 7n } }));
    append(broker, 1, reportRecord({ header: null, values: { turn_number: 2n } }));
    await exporter.reaches(RECEIVED, 3);
    expect(await exporter.metric("dashstream_turns_by_session_sum")).toBe(2);
    await exporter.service.stop();
    const turns = exporter.service.metrics.histogram("dashstream_turns_by_session");
    expect([turns.count, turns.sum]).toEqual([2, 9]);
  });

  test("shows how long the scrapes before took", async () => {
    const exporter = await start({ PROMETHEUS_METRICS_ENDPOINT_BUCKETS: "60" });
    const name = "dashstream_exporter_metrics_endpoint_duration_seconds";
    expect(await exporter.metric(`${name}_bucket{le="60"}`)).toBe(0);
    expect(await exporter.metric(`${name}_bucket{le="60"}`)).toBe(1);
  });

  test("answers nothing but GET, and only what it has", async () => {
    const exporter = await start();
    const posted = await exporter.get("/metrics", { method: "POST" });
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect((await exporter.get("/health")).status).toBe(404);
  });

  test("is alive without Kafka, and not ready", async () => {
    await broker.down();
    const exporter = await start();
    expect((await exporter.get("/healthz")).status).toBe(200);
    expect((await exporter.get("/readyz")).status).toBe(503);
    expect(await exporter.metric('dashstream_dependency_up{dependency="kafka"}')).toBe(0);
    while (!((await exporter.metric("dashstream_exporter_kafka_consumer_errors_total")) > 0))
      await new Promise((resolve) => setImmediate(resolve));
    await broker.up();
    await exporter.ready();
  });

  test("says while it ends that it is not ready, and leaves its port", async () => {
    const exporter = await start();
    append(broker, 0, reportRecord(GOOD));
    await exporter.reaches(RECEIVED, 1);
    const rule = broker.control("OffsetCommit", () => ({ kind: "delay", delayMs: 300 }));
    const stopping = exporter.service.stop();
    const ready = await exporter.get("/readyz");
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { ready: false, reasons: ["the server is shutting down"] },
    ]);
    rule.remove();
    await stopping;
    await expect(exporter.get("/healthz")).rejects.toThrow();
  });

  test("counts commits that Kafka refuses apart from other errors", async () => {
    const exporter = await start();
    broker.control("OffsetCommit", () => ({ kind: "error", error: "INVALID_COMMIT_OFFSET_SIZE" }));
    append(broker, 0, reportRecord(GOOD));
    await exporter.reaches(RECEIVED, 1);
    await exporter.service.stop();
    const count = (name: string) => exporter.service.metrics.counter(name).value;
    expect(count("dashstream_exporter_offset_store_errors_total")).toBeGreaterThan(0);
    expect(count("dashstream_exporter_kafka_consumer_errors_total")).toBe(0);
  });
});

describeReal("promtool", "promtool", () => {
  test("accepts what the exporter exposes", async () => {
    const exporter = await start();
    append(broker, 0, reportRecord(GOOD));
    await exporter.reaches(RECEIVED, 1);
    expect(metricComplaints(await exporter.exposition())).toEqual([]);
  });
});
