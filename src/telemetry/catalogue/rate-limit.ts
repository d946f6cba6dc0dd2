// Metrics of the limits per tenant. The label of a tenant is its id if that is a plain name, else a digest of it; the
// first 1,000 tenants have series of their own, later ones share `overflow`.

import type { Component, MetricDefinition } from "../definition.ts";

const COMPONENTS: readonly Component[] = ["websocket-server", "stream"];

export const RATE_LIMIT_METRICS: readonly MetricDefinition[] = [
  {
    name: "dashstream_rate_limit_allowed_total",
    kind: "counter",
    help: "Checks within the limit of their tenant.",
    labels: { tenant_id: "dynamic" },
    components: COMPONENTS,
  },
  {
    name: "dashstream_rate_limit_exceeded_total",
    kind: "counter",
    help: "Checks beyond the limit of their tenant.",
    labels: { tenant_id: "dynamic" },
    components: COMPONENTS,
  },
  {
    name: "dashstream_rate_limiter_redis_errors_total",
    kind: "counter",
    help: "Failed connections to Redis, failed or late round trips, and calls decided without Redis because of it.",
    labels: {
      operation: ["new_connection", "rate_limit_check", "rate_limit_check_timeout", "fallback_to_local"],
    },
    requires: "rate_limit_redis",
    components: COMPONENTS,
  },
  {
    name: "dashstream_rate_limiter_redis_latency_ms",
    kind: "histogram",
    help: "Duration of connecting to Redis and of round trips; one that ran into its time limit counts with that.",
    labels: { operation: ["new_connection", "rate_limit_check"] },
    buckets: [0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500],
    requires: "rate_limit_redis",
    components: COMPONENTS,
  },
];
