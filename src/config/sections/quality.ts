// Options of the exporter and the quality monitor.

import { bucketList, listenHost, port, seconds, wholeNumber } from "../kind.ts";
import { option } from "../option.ts";

const LATENCY_BUCKETS_MS = "10,50,100,200,500,1000,2000,5000,10000,15000,20000,30000";

export const QUALITY_OPTIONS = {
  metricsBindIp: option({
    env: ["METRICS_BIND_IP"],
    kind: listenHost(),
    default: "0.0.0.0",
    help: "Address that the exporter listens on. It shows sums and no records, for scrapers on other machines.",
    commands: ["exporter"],
  }),
  metricsPort: option({
    env: ["METRICS_PORT"],
    kind: port(),
    default: "9190",
    help: "Port of the exporter; 0 picks a free one. A port in use is an error.",
    commands: ["exporter"],
  }),
  healthBindIp: option({
    env: ["HEALTH_BIND_IP"],
    kind: listenHost(),
    default: "0.0.0.0",
    help: "Address that the quality monitor listens on. It shows sums and no records, for scrapers on other machines.",
    commands: ["quality-monitor"],
  }),
  healthPort: option({
    env: ["HEALTH_PORT"],
    kind: port(),
    default: "3003",
    help: "Port of the quality monitor; 0 picks a free one. A port in use is an error.",
    commands: ["quality-monitor"],
  }),
  prometheusSessionTimeoutSecs: option({
    env: ["PROMETHEUS_SESSION_TIMEOUT_SECS"],
    kind: seconds(1),
    default: "300",
    help: "A session without a report for so long is over, and its turns are observed.",
    commands: ["exporter"],
  }),
  prometheusMaxSessions: option({
    env: ["PROMETHEUS_MAX_SESSIONS"],
    kind: wholeNumber(1, 10_000_000, "sessions"),
    default: "100000",
    help: "Sessions kept in memory at once; beyond it the one silent for longest counts as over.",
    commands: ["exporter"],
  }),
  prometheusLatencyBucketsMs: option({
    env: ["PROMETHEUS_LATENCY_BUCKETS_MS"],
    kind: bucketList(),
    default: LATENCY_BUCKETS_MS,
    help: "Buckets of dashstream_query_latency_ms and dashstream_latency_by_model_ms.",
    commands: ["exporter"],
  }),
  prometheusRetryBuckets: option({
    env: ["PROMETHEUS_RETRY_BUCKETS"],
    kind: bucketList(),
    default: "0,1,2,3,5,10",
    help: "Buckets of dashstream_quality_retry_count.",
    commands: ["exporter"],
  }),
  prometheusQualityScoreBuckets: option({
    env: ["PROMETHEUS_QUALITY_SCORE_BUCKETS"],
    kind: bucketList(),
    default: "0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,0.95,1",
    help: "Buckets of dashstream_quality_score_by_model.",
    commands: ["exporter"],
  }),
  prometheusSessionTurnBuckets: option({
    env: ["PROMETHEUS_SESSION_TURN_BUCKETS"],
    kind: bucketList(),
    default: "1,2,5,10,20,50",
    help: "Buckets of dashstream_turns_by_session.",
    commands: ["exporter"],
  }),
  prometheusDurationBucketsSeconds: option({
    env: ["PROMETHEUS_DURATION_BUCKETS_SECONDS"],
    kind: bucketList(),
    default: "0.01,0.05,0.1,0.2,0.5,1,2,5,10",
    help: "Buckets of dashstream_librarian_request_duration_seconds.",
    commands: ["exporter"],
  }),
  prometheusMetricsEndpointBuckets: option({
    env: ["PROMETHEUS_METRICS_ENDPOINT_BUCKETS"],
    kind: bucketList(),
    default: "0.001,0.005,0.01,0.025,0.05,0.1,0.25,0.5,1",
    help: "Buckets of dashstream_exporter_metrics_endpoint_duration_seconds.",
    commands: ["exporter"],
  }),
};
