// Metrics of the exporter: quality reports as series, and how the exporter itself is doing.

import type { MetricDefinition } from "../definition.ts";

const RATIO_BUCKETS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1];
const LATENCY_BUCKETS_MS = [10, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 15000, 20000, 30000];

const REPORT_METRICS: readonly MetricDefinition[] = [
  {
    name: "dashstream_quality_monitor_quality_score",
    kind: "gauge",
    help: "Quality score of the last report that had one.",
    components: ["exporter"],
  },
  {
    name: "dashstream_quality_monitor_queries_total",
    kind: "counter",
    help: "Quality reports; those without a verdict are neither in passed nor in failed.",
    components: ["exporter"],
  },
  {
    name: "dashstream_quality_monitor_queries_passed_total",
    kind: "counter",
    help: "Quality reports whose verdict is passed.",
    components: ["exporter"],
  },
  {
    name: "dashstream_quality_monitor_queries_failed_total",
    kind: "counter",
    help: "Quality reports whose verdict is failed, by kind of query.",
    labels: { category: ["Simple", "Medium", "Complex", "Edge", "Unknown"] },
    components: ["exporter"],
  },
  {
    name: "dashstream_query_latency_ms",
    kind: "histogram",
    help: "Milliseconds that queries took.",
    buckets: LATENCY_BUCKETS_MS,
    components: ["exporter"],
  },
  {
    name: "dashstream_quality_retry_count",
    kind: "histogram",
    help: "Retries that a query needed, by verdict; reports without a verdict are not observed.",
    labels: { status: ["passed", "failed"] },
    buckets: [0, 1, 2, 3, 5, 10],
    components: ["exporter"],
  },
  {
    name: "dashstream_quality_accuracy",
    kind: "gauge",
    help: "Accuracy of the last report that had one.",
    components: ["exporter"],
  },
  {
    name: "dashstream_quality_relevance",
    kind: "gauge",
    help: "Relevance of the last report that had one.",
    components: ["exporter"],
  },
  {
    name: "dashstream_quality_completeness",
    kind: "gauge",
    help: "Completeness of the last report that had one.",
    components: ["exporter"],
  },
  {
    name: "dashstream_turns_by_session",
    kind: "histogram",
    help: "Turns of sessions that are over.",
    buckets: [1, 2, 5, 10, 20, 50],
    components: ["exporter"],
  },
];

/** Every name that models are reduced to (`src/quality/model-name.ts`). */
const MODELS = [
  "gpt-4o-mini",
  "gpt-4o",
  "gpt-4-turbo",
  "gpt-4",
  "gpt-3.5-turbo",
  "gpt-3.5",
  "o1-preview",
  "o1-mini",
  "o1",
  "o3",
  "claude-3.5-sonnet",
  "claude-3.5-haiku",
  "claude-3-opus",
  "claude-3-sonnet",
  "claude-3-haiku",
  "claude-2",
  "claude-other",
  "gemini-2",
  "gemini-1.5-pro",
  "gemini-1.5-flash",
  "gemini-pro",
  "gemini-other",
  "codellama",
  "llama-3",
  "llama-2",
  "llama-other",
  "mixtral",
  "mistral",
  "other",
];

/** The histograms begin with a model's first report: at 0 from the start they would be 840 series of nothing. */
const MODEL_METRICS: readonly MetricDefinition[] = [
  {
    name: "dashstream_queries_by_model_total",
    kind: "counter",
    help: "Quality reports that name a model, by model.",
    labels: { model: MODELS },
    components: ["exporter"],
  },
  {
    name: "dashstream_quality_score_by_model",
    kind: "histogram",
    help: "Quality scores, by model.",
    labels: { model: "dynamic" },
    buckets: RATIO_BUCKETS,
    components: ["exporter"],
  },
  {
    name: "dashstream_latency_by_model_ms",
    kind: "histogram",
    help: "Milliseconds that queries took, by model.",
    labels: { model: "dynamic" },
    buckets: LATENCY_BUCKETS_MS,
    components: ["exporter"],
  },
];

const APPLICATION_METRICS: readonly MetricDefinition[] = [
  {
    name: "dashstream_librarian_requests_total",
    kind: "counter",
    help: "Quality reports of the librarian applications.",
    components: ["exporter"],
  },
  {
    name: "dashstream_librarian_iterations",
    kind: "gauge",
    help: "Turn number of the last report of the librarian applications that had one.",
    components: ["exporter"],
  },
  {
    name: "dashstream_librarian_tests_total",
    kind: "counter",
    help: "Verdicts on the librarian applications.",
    labels: { status: ["passed", "failed"] },
    components: ["exporter"],
  },
  {
    name: "dashstream_librarian_request_duration_seconds",
    kind: "histogram",
    help: "Seconds that queries of the librarian applications took.",
    buckets: [0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    components: ["exporter"],
  },
];

const OWN_METRICS: readonly MetricDefinition[] = [
  {
    name: "dashflow_build_info",
    kind: "gauge",
    help: "Always 1; the labels say which build runs, rust_version on which runtime.",
    labels: { version: "dynamic", commit: "dynamic", build_date: "dynamic", rust_version: "dynamic" },
    components: ["exporter"],
  },
  {
    name: "dashstream_exporter_process_start_time_seconds",
    kind: "gauge",
    help: "Unix time at which the exporter started.",
    components: ["exporter"],
  },
  {
    name: "dashstream_exporter_metrics_endpoint_duration_seconds",
    kind: "histogram",
    help: "Seconds that answering a scrape took, this one not included.",
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    components: ["exporter"],
  },
  {
    name: "dashstream_exporter_messages_received_total",
    kind: "counter",
    help: "Records received, whatever became of them.",
    components: ["exporter"],
  },
  {
    name: "dashstream_exporter_messages_failed_total",
    kind: "counter",
    help: "Records that could not be used: not decodable (decode), a value of a wrong type or not finite (process), a defect of the exporter (unknown).",
    labels: { error_type: ["decode", "process", "unknown"] },
    components: ["exporter"],
  },
  {
    name: "dashstream_exporter_messages_wrong_scope_total",
    kind: "counter",
    help: "Metrics messages about something else than quality.",
    components: ["exporter"],
  },
  {
    name: "dashstream_exporter_messages_missing_header_total",
    kind: "counter",
    help: "Quality reports without a header; they count all the same, without a session.",
    components: ["exporter"],
  },
  {
    name: "dashstream_exporter_kafka_payload_missing_total",
    kind: "counter",
    help: "Records with a null value.",
    components: ["exporter"],
  },
  {
    name: "dashstream_exporter_kafka_consumer_errors_total",
    kind: "counter",
    help: "Failed attempts to connect to Kafka, fetch, send a heartbeat or read the lag.",
    components: ["exporter"],
  },
  {
    name: "dashstream_exporter_offset_store_errors_total",
    kind: "counter",
    help: "Failed attempts to commit offsets.",
    components: ["exporter"],
  },
  {
    name: "dashstream_exporter_kafka_consumer_lag",
    kind: "gauge",
    help: "Records that wait to be read, summed over the partitions that this process reads.",
    components: ["exporter"],
  },
  {
    name: "dashstream_exporter_last_event_timestamp_seconds",
    kind: "gauge",
    help: "Unix time at which the last quality report was handled; 0 if there was none.",
    components: ["exporter"],
  },
  {
    name: "dashstream_exporter_gauges_last_update_timestamp_seconds",
    kind: "gauge",
    help: "Unix time at which a report last set one of the gauges of scores; 0 if none did.",
    components: ["exporter"],
  },
];

export const EXPORTER_METRICS: readonly MetricDefinition[] = [
  ...REPORT_METRICS,
  ...MODEL_METRICS,
  ...APPLICATION_METRICS,
  ...OWN_METRICS,
];
