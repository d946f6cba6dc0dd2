// The series of the exporter that dashboards rely on, written down here apart from the catalogue.

import { describe, expect, test } from "bun:test";
import { loadConfig } from "../../src/config/load.ts";
import { exporterBuckets } from "../../src/quality/exporter-buckets.ts";
import { MODEL_NAMES } from "../../src/quality/model-name.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { summarise } from "../telemetry/exposed-series.ts";

const PROMISED = [
  "counter dashstream_decode_failures_total",
  "counter dashstream_exporter_kafka_consumer_errors_total",
  "counter dashstream_exporter_kafka_payload_missing_total",
  "counter dashstream_exporter_messages_failed_total error_type=decode|process|unknown",
  "counter dashstream_exporter_messages_missing_header_total",
  "counter dashstream_exporter_messages_received_total",
  "counter dashstream_exporter_messages_wrong_scope_total",
  "counter dashstream_exporter_offset_store_errors_total",
  "counter dashstream_fetch_failures_total",
  "counter dashstream_invalid_payloads_total",
  "counter dashstream_librarian_requests_total",
  "counter dashstream_librarian_tests_total status=failed|passed",
  "counter dashstream_messages_received_total",
  "counter dashstream_processing_failures_total",
  "counter dashstream_quality_monitor_queries_failed_total category=Complex|Edge|Medium|Simple|Unknown",
  "counter dashstream_quality_monitor_queries_passed_total",
  "counter dashstream_quality_monitor_queries_total",
  `counter dashstream_queries_by_model_total model=${[...MODEL_NAMES].sort().join("|")}`,
  "counter dashstream_redeliveries_total",
  "gauge dashflow_build_info *",
  "gauge dashstream_build_info *",
  "gauge dashstream_dependency_up dependency=kafka",
  "gauge dashstream_exporter_gauges_last_update_timestamp_seconds",
  "gauge dashstream_exporter_kafka_consumer_lag",
  "gauge dashstream_exporter_last_event_timestamp_seconds",
  "gauge dashstream_exporter_process_start_time_seconds",
  "gauge dashstream_librarian_iterations",
  "gauge dashstream_quality_accuracy",
  "gauge dashstream_quality_completeness",
  "gauge dashstream_quality_monitor_quality_score",
  "gauge dashstream_quality_relevance",
  "histogram dashstream_exporter_metrics_endpoint_duration_seconds",
  "histogram dashstream_latency_by_model_ms *",
  "histogram dashstream_librarian_request_duration_seconds",
  "histogram dashstream_quality_retry_count status=failed|passed",
  "histogram dashstream_quality_score_by_model *",
  "histogram dashstream_query_latency_ms",
  "histogram dashstream_turns_by_session",
];

/** Models that dashboards ask for by name. */
const SEEDED_MODELS = [
  "gpt-4",
  "gpt-4o",
  "gpt-4o-mini",
  "gpt-4-turbo",
  "gpt-3.5-turbo",
  "o1-preview",
  "o1-mini",
  "claude-3.5-sonnet",
  "claude-3.5-haiku",
  "claude-3-opus",
  "gemini-1.5-pro",
  "gemini-1.5-flash",
  "llama-3",
  "mistral",
];

function exporterMetrics(buckets: Readonly<Record<string, readonly number[]>> = {}) {
  return createMetrics({ catalogue: CATALOGUE, component: "exporter", with: { redis: false }, buckets });
}

function configOf(env: Record<string, string>) {
  return loadConfig({ env, flags: {}, readFile: () => "", command: "exporter" }).config;
}

describe("the series of the exporter", () => {
  test("are exactly the promised ones, all at 0 before anything happened", async () => {
    const { body } = await exporterMetrics().expose(null);
    expect(summarise(body).sort()).toEqual(PROMISED);
    expect(body.split("\n").filter((line) => line !== "" && !/^#| 0$/.test(line))).toEqual([]);
  });

  test("include the models that dashboards ask for", () => {
    for (const model of SEEDED_MODELS) expect(MODEL_NAMES).toContain(model);
  });
});

describe("the buckets", () => {
  test("are those of the catalogue when no option sets them", () => {
    for (const [name, buckets] of Object.entries(exporterBuckets(configOf({})))) {
      const definition = CATALOGUE.find((metric) => metric.name === name);
      expect([name, definition?.kind === "histogram" && definition.buckets]).toEqual([name, buckets]);
    }
  });

  test.each([
    ["PROMETHEUS_LATENCY_BUCKETS_MS", "dashstream_query_latency_ms", {}],
    ["PROMETHEUS_LATENCY_BUCKETS_MS", "dashstream_latency_by_model_ms", { model: "o1" }],
    ["PROMETHEUS_RETRY_BUCKETS", "dashstream_quality_retry_count", { status: "passed" }],
    ["PROMETHEUS_QUALITY_SCORE_BUCKETS", "dashstream_quality_score_by_model", { model: "o1" }],
    ["PROMETHEUS_SESSION_TURN_BUCKETS", "dashstream_turns_by_session", {}],
    ["PROMETHEUS_DURATION_BUCKETS_SECONDS", "dashstream_librarian_request_duration_seconds", {}],
    ["PROMETHEUS_METRICS_ENDPOINT_BUCKETS", "dashstream_exporter_metrics_endpoint_duration_seconds", {}],
  ])("%s sets those of %s", async (variable, name, labels) => {
    const metrics = exporterMetrics(exporterBuckets(configOf({ [variable]: "0.25,7" })));
    metrics.histogram(name, labels);
    const { body } = await metrics.expose(null);
    const bounds = [...body.matchAll(new RegExp(`^${name}_bucket\\{.*le="([^"]+)"`, "gm"))];
    expect([...new Set(bounds.map(([, bound]) => bound))]).toEqual(["0.25", "7", "+Inf"]);
  });
});
