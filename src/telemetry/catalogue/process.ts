// Metrics of the process itself and of what it depends on.

import type { MetricDefinition } from "../definition.ts";

export const PROCESS_METRICS: readonly MetricDefinition[] = [
  {
    name: "dashstream_build_info",
    kind: "gauge",
    help: "Always 1; the labels say which build runs on which runtime.",
    labels: { version: "dynamic", commit: "dynamic", build_date: "dynamic", runtime: "dynamic" },
    components: ["websocket-server", "exporter", "quality-monitor"],
  },
  {
    name: "websocket_uptime_seconds",
    kind: "gauge",
    help: "Whole seconds since the server started.",
    components: ["websocket-server"],
  },
  {
    name: "dashstream_dependency_up",
    kind: "gauge",
    help: "Whether a configured dependency answers (1) or not (0).",
    labels: { dependency: ["kafka", { value: "redis", requires: ["redis", "rate_limit_redis"] }] },
    components: ["websocket-server", "exporter", "quality-monitor"],
  },
  {
    name: "dashstream_ws_retry_count",
    kind: "histogram",
    help: "Retries that an operation at start needed before it succeeded.",
    labels: { operation: ["kafka_consumer_create", "kafka_subscribe", "dlq_producer_create"] },
    buckets: [0, 1, 2, 3, 4, 5, 10, 20],
    components: ["websocket-server"],
  },
];
