// Panels 17 to 23 of the quality dashboard: whether the records behind the reports are complete, and how Redis does.

import { expr } from "../../../../src/alerts/template.ts";
import type { PanelDefinition } from "../dashboard.ts";
import { FIVE_MINUTES, quantile } from "../expressions.ts";
import { worseFrom } from "../steps.ts";

export const SEQUENCE: readonly PanelDefinition[] = [
  {
    id: 17,
    title: "Sequence Gaps (Message Loss Detection)",
    kind: "timeseries",
    unit: "short",
    grid: { x: 0, y: 32, w: 12, h: 6 },
    steps: [
      { from: 0, color: "green" },
      { from: 0.001, color: "red" },
    ],
    shows:
      "Gaps a second in the sequence numbers of threads, by who found them. Several programs find the same gap.",
    act: "records were produced that nobody has seen. The page tells how to find the threads and where they were lost.",
    alerts: ["SequenceGapsDetected", "GapDetectedWithHalt"],
    queries: [
      {
        legend: "Gaps/sec {{job}}",
        expr: expr`sum by (job) (rate(dashstream_sequence_gaps_total[${FIVE_MINUTES}]))`,
      },
    ],
  },
  {
    id: 18,
    title: "Duplicate Message Rate",
    kind: "timeseries",
    unit: "short",
    grid: { x: 12, y: 32, w: 12, h: 6 },
    steps: worseFrom(0.1, 0.5),
    shows: "Records a second that repeat a sequence number of their thread, by who found them.",
    act: "a producer sends again what Kafka has taken already, often because its timeout is too short. Nothing is lost.",
    alerts: ["HighDuplicateRate"],
    queries: [
      {
        legend: "Duplicates/sec {{job}}",
        expr: expr`sum by (job) (rate(dashstream_sequence_duplicates_total[${FIVE_MINUTES}]))`,
      },
    ],
  },
  {
    id: 19,
    title: "Out-of-Order Message Rate",
    kind: "timeseries",
    unit: "short",
    grid: { x: 0, y: 38, w: 12, h: 6 },
    steps: worseFrom(0.1, 0.5),
    shows: "Records a second that come later than their sequence number says, by who found them.",
    act: "a thread is spread over partitions, or its producer has several requests under way. Look at keys and partitioner.",
    alerts: ["HighReorderRate"],
    queries: [
      {
        legend: "Reorders/sec {{job}}",
        expr: expr`sum by (job) (rate(dashstream_sequence_reorders_total[${FIVE_MINUTES}]))`,
      },
    ],
  },
];

export const LETTERS: readonly PanelDefinition[] = [
  {
    id: 20,
    title: "DLQ Write Rate by Error Type",
    kind: "timeseries",
    unit: "short",
    grid: { x: 12, y: 38, w: 12, h: 6 },
    steps: worseFrom(0.1, 1),
    shows: "Dead letters of the server that Kafka has taken, a second, by what was wrong with the record.",
    act: "`dashstream dlq ls` shows the letters, their threads and producers. When the cause is mended, redrive them.",
    alerts: ["WebSocketDlqHighRate", "HighDecodeErrorRate", "SchemaVersionMismatch", "OversizedMessage"],
    queries: [
      {
        legend: "{{error_type}}",
        expr: expr`sum by (error_type) (rate(websocket_dlq_sends_total[${FIVE_MINUTES}]))`,
      },
    ],
  },
  {
    id: 21,
    title: "DLQ Health (Send Failures)",
    kind: "stat",
    unit: "short",
    grid: { x: 0, y: 44, w: 8, h: 4 },
    steps: [
      { from: 0, color: "green" },
      { from: 0.001, color: "red" },
    ],
    shows: "Dead letters a second that could not be written, all causes together.",
    act: "copies of bad records are being lost, or partitions wait for them. Act at once: the page has the causes.",
    alerts: ["WebSocketDlqBroken"],
    queries: [
      {
        legend: "DLQ Failures/sec",
        expr: expr`sum(rate(websocket_dlq_send_failures_total[${FIVE_MINUTES}]))`,
      },
    ],
  },
];

export const REDIS: readonly PanelDefinition[] = [
  {
    id: 22,
    title: "Redis Connection Errors",
    kind: "timeseries",
    unit: "short",
    grid: { x: 0, y: 48, w: 12, h: 6 },
    steps: worseFrom(0.01, 0.1),
    shows:
      "Errors of Redis a second: of limits that are shared, by operation, and of replay. No data where Redis is not in use.",
    act: "look whether Redis answers (`redis-cli ping`). Meanwhile servers limit by themselves, and replays come from memory and Kafka.",
    alerts: ["RateLimiterRedisErrors", "WebSocketRedisErrors"],
    queries: [
      {
        legend: "rate_limiter/{{operation}}",
        expr: expr`sum by (operation) (rate(dashstream_rate_limiter_redis_errors_total[${FIVE_MINUTES}]))`,
      },
      {
        legend: "websocket",
        expr: expr`sum(rate(dashstream_websocket_redis_errors_total[${FIVE_MINUTES}]))`,
      },
    ],
  },
  {
    id: 23,
    title: "Redis Operation Latency (p95)",
    kind: "timeseries",
    unit: "ms",
    grid: { x: 12, y: 48, w: 12, h: 6 },
    steps: worseFrom(10, 50),
    shows: "How long Redis takes, by user and operation: the median, and the slowest in twenty.",
    act: "`redis-cli --latency` and `SLOWLOG GET` tell whether it is Redis or the network. Slow limits hold up every batch.",
    alerts: ["RateLimiterRedisHighLatency", "WebSocketRedisHighLatency"],
    queries: [
      {
        legend: "rate_limiter p95 - {{operation}}",
        expr: quantile(0.95, "dashstream_rate_limiter_redis_latency_ms", ["operation"]),
      },
      {
        legend: "websocket p95 - {{operation}}",
        expr: quantile(0.95, "dashstream_websocket_redis_latency_ms", ["operation"]),
      },
      {
        legend: "rate_limiter p50 - {{operation}}",
        expr: quantile(0.5, "dashstream_rate_limiter_redis_latency_ms", ["operation"]),
      },
      {
        legend: "websocket p50 - {{operation}}",
        expr: quantile(0.5, "dashstream_websocket_redis_latency_ms", ["operation"]),
      },
    ],
  },
];
