import { describe, expect, test } from "bun:test";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import type { Features } from "../../src/telemetry/definition.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { DECODE_FAILURES } from "../../src/wire/failure.ts";
import { summarise } from "./exposed-series.ts";

// What operators, rules and dashboards rely on, written down here on its own, in the form of `summarise`.
const PROMISED = [
  "counter dashstream_rate_limit_allowed_total *",
  "counter dashstream_rate_limit_exceeded_total *",
  "counter dashstream_rate_limiter_redis_errors_total operation=fallback_to_local|new_connection|rate_limit_check|rate_limit_check_timeout",
  "counter dashstream_sequence_duplicates_total",
  "counter dashstream_sequence_evictions_total",
  "counter dashstream_sequence_gaps_total",
  "counter dashstream_sequence_reorders_total",
  "counter dashstream_sequence_restarts_total",
  "counter dashstream_spans_dropped_total reason=export_failed|queue_full|rejected|shutdown",
  "counter dashstream_spans_exported_total",
  "counter dashstream_websocket_redis_errors_total",
  "counter replay_buffer_kafka_failures_total",
  "counter replay_buffer_kafka_hits_total",
  "counter replay_buffer_kafka_misses_total",
  "counter replay_buffer_memory_hits_total",
  "counter replay_buffer_page_cache_hits_total",
  "counter replay_buffer_page_reads_total tier=kafka|redis",
  "counter replay_buffer_redis_hits_total",
  "counter replay_buffer_redis_misses_total",
  "counter replay_buffer_redis_write_dropped_total",
  "counter replay_buffer_redis_write_failures_total",
  "counter websocket_client_disconnects_total reason=client_closed|control_frame_too_large|invalid_request|replay_timeout|resume_rejected|send_failed|shutdown|slow_client|stalled",
  "counter websocket_client_lag_events_total severity=critical|info|warning",
  "counter websocket_client_lag_messages_total severity=critical|info|warning",
  "counter websocket_clock_skew_events_total",
  "counter websocket_control_ignored_total reason=binary|unknown_type",
  "counter websocket_control_oversized_total",
  "counter websocket_control_parse_failures_total",
  "counter websocket_decode_errors_total error_type=buffer_underflow|decompression_failed|invalid_protobuf|payload_too_large|schema_mismatch|unknown_decode_error",
  "counter websocket_dlq_send_failures_total reason=backpressure|kafka_error|timeout",
  "counter websocket_dlq_sends_total error_type=buffer_underflow|decompression_failed|invalid_protobuf|payload_too_large|schema_mismatch|thread_halted|unknown_decode_error",
  "counter websocket_dropped_messages_total reason=lagged_receiver",
  "counter websocket_infrastructure_errors_total",
  "counter websocket_kafka_errors_by_type_total error_type=broker_down|connection_timeout|decode_error|dns_failure|unknown",
  "counter websocket_kafka_lag_poll_failures_total",
  "counter websocket_kafka_messages_total status=error|old_data_error|success",
  "counter websocket_kafka_payload_missing_total",
  "counter websocket_kafka_redeliveries_total",
  "counter websocket_multi_thread_batches_total",
  "counter websocket_old_data_decode_errors_total",
  "counter websocket_refused_handshakes_total reason=invalid|origin|shutting_down",
  "counter websocket_rejected_connections_total",
  "counter websocket_replay_gap_messages_total mode=partition|thread",
  "counter websocket_replay_gaps_total mode=partition|thread",
  "counter websocket_replay_messages_total mode=partition|thread",
  "counter websocket_resume_invalid_entries_total",
  "counter websocket_resume_requests_total mode=partition|thread",
  "counter websocket_send_failed_total",
  "counter websocket_send_timeout_total",
  "counter websocket_slow_client_disconnects_total",
  "counter websocket_undeliverable_records_total reason=empty_message|thread_halted",
  "gauge dashstream_build_info *",
  "gauge dashstream_dependency_up dependency=kafka|redis",
  "gauge dashstream_sequence_halted_threads",
  "gauge replay_buffer_memory_bytes",
  "gauge replay_buffer_memory_records",
  "gauge replay_buffer_page_cache_bytes",
  "gauge websocket_connected_clients",
  "gauge websocket_dlq_in_flight",
  "gauge websocket_dlq_mode mode=fail_closed|fail_open",
  "gauge websocket_dlq_waiting_partitions",
  "gauge websocket_kafka_catchup_phase *",
  "gauge websocket_kafka_consumer_lag *",
  "gauge websocket_kafka_lag_offset_age_seconds *",
  "gauge websocket_kafka_paused_partitions",
  "gauge websocket_last_infrastructure_error_age_seconds",
  "gauge websocket_last_kafka_message_age_seconds",
  "gauge websocket_uptime_seconds",
  "gauge websocket_writer_partitions",
  "histogram dashstream_rate_limiter_redis_latency_ms operation=new_connection|rate_limit_check",
  "histogram dashstream_sequence_gap_size",
  "histogram dashstream_websocket_redis_latency_ms operation=read|write",
  "histogram dashstream_ws_retry_count operation=dlq_producer_create|kafka_consumer_create|kafka_subscribe",
  "histogram replay_buffer_page_read_latency_ms tier=kafka|redis",
  "histogram websocket_e2e_latency_ms stage=producer_to_client|producer_to_consumer",
  "histogram websocket_kafka_lag_poll_duration_seconds status=error|success",
  "histogram websocket_replay_latency_ms mode=partition|thread",
];

const REDIS_ONLY = /redis/;

/** Buckets that rules and dashboards compute quantiles from. */
const BUCKETS: Readonly<Record<string, string>> = {
  websocket_e2e_latency_ms: "1 2 5 10 25 50 100 250 500 1000 2500 5000 10000 25000 60000 300000 +Inf",
  dashstream_sequence_gap_size: "1 2 5 10 25 50 100 250 500 1000 5000 10000 +Inf",
  dashstream_rate_limiter_redis_latency_ms: "0.1 0.5 1 2 5 10 20 50 100 200 500 +Inf",
  dashstream_ws_retry_count: "0 1 2 3 4 5 10 20 +Inf",
  dashstream_websocket_redis_latency_ms: "1 5 10 25 50 100 250 500 1000 +Inf",
  replay_buffer_page_read_latency_ms: "1 5 10 25 50 100 250 500 1000 2500 5000 10000 +Inf",
  websocket_kafka_lag_poll_duration_seconds: "0.01 0.05 0.1 0.25 0.5 1 2.5 5 10 +Inf",
  websocket_replay_latency_ms: "10 50 100 250 500 1000 2500 5000 10000 30000 +Inf",
};

async function expose(redis: boolean): Promise<string> {
  const features: Features = {
    replica_writer: true,
    tracing: true,
    ...(redis ? { redis, rate_limit_redis: true } : {}),
  };
  const metrics = createMetrics({ catalogue: CATALOGUE, component: "websocket-server", with: features });
  return (await metrics.expose(null)).body;
}

describe("the catalogue of the server", () => {
  test("exposes exactly the promised series before anything happened", async () => {
    expect(summarise(await expose(true)).sort()).toEqual(PROMISED);
  });

  test("has no series of Redis where Redis is not configured", async () => {
    const expected = PROMISED.filter((line) => !REDIS_ONLY.test(line.split(" ")[1] ?? "")).map((line) =>
      line.replace("kafka|redis", "kafka"),
    );
    expect(summarise(await expose(false)).sort()).toEqual(expected);
  });

  test("tells of a writer only where servers write for each other", async () => {
    const metrics = createMetrics({ catalogue: CATALOGUE, component: "websocket-server" });
    expect((await metrics.expose(null)).body).not.toContain("websocket_writer_");
  });

  test("counts spans only where traces are exported", async () => {
    const metrics = createMetrics({ catalogue: CATALOGUE, component: "websocket-server" });
    expect((await metrics.expose(null)).body).not.toContain("dashstream_spans_");
  });

  test("says that Redis is a dependency for each part that uses it, and none of the others' series", async () => {
    for (const feature of ["redis", "rate_limit_redis"] as const) {
      const metrics = createMetrics({
        catalogue: CATALOGUE,
        component: "websocket-server",
        with: { [feature]: true },
      });
      const { body } = await metrics.expose(null);
      expect(body).toContain('dashstream_dependency_up{dependency="redis"} 0');
      expect(body.includes("dashstream_rate_limiter_redis_")).toBe(feature === "rate_limit_redis");
      expect(body.includes("replay_buffer_redis_")).toBe(feature === "redis");
    }
  });

  test("starts every series at 0, and ages at -1 for never", async () => {
    const started = (await expose(true)).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const notZero = started.filter((line) => !line.endsWith(" 0"));
    expect(notZero).toEqual([
      "websocket_last_infrastructure_error_age_seconds -1",
      "websocket_last_kafka_message_age_seconds -1",
    ]);
  });

  test.each(Object.entries(BUCKETS))("%s has the buckets %s", async (name, expected) => {
    const found = [...(await expose(true)).matchAll(new RegExp(`^${name}_bucket\\{.*le="([^"]+)"`, "gm"))];
    expect([...new Set(found.map(([, le]) => le))].join(" ")).toBe(expected);
  });

  test("counts every failure class of the wire format and every type of dead letter", async () => {
    const body = await expose(false);
    for (const code of DECODE_FAILURES) {
      expect(body).toContain(`websocket_decode_errors_total{error_type="${code}"} 0`);
    }
    for (const type of [...DECODE_FAILURES, "thread_halted"]) {
      expect(body).toContain(`websocket_dlq_sends_total{error_type="${type}"} 0`);
    }
  });

  test("names counters with _total and gauges without, as the Prometheus naming guide asks", () => {
    for (const { name, kind, help } of CATALOGUE) {
      expect(name.endsWith("_total")).toBe(kind === "counter");
      expect(help).toMatch(/\.$/);
    }
  });
});
