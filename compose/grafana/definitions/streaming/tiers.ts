// Panels 14 to 16 of the streaming dashboard: Redis, limits, and where replays come from.

import { expr } from "../../../../src/alerts/template.ts";
import type { PanelDefinition } from "../dashboard.ts";
import { name, ONE_MINUTE, quantile } from "../expressions.ts";

const CHOSEN = '{instance=~"$instance"}';

function byMinute(series: string) {
  return expr`sum(rate(${name(series)}${name(CHOSEN)}[${ONE_MINUTE}]))`;
}

export const TIER_PANELS: readonly PanelDefinition[] = [
  {
    id: 14,
    title: "Redis Operation Latency (P95)",
    kind: "timeseries",
    unit: "ms",
    grid: { x: 0, y: 26, w: 12, h: 6 },
    steps: [
      { from: 0, color: "green" },
      { from: 50, color: "red" },
    ],
    shows:
      "How long the slowest operation in twenty takes, of limits that are shared and of replay. No data where Redis is not in use.",
    act: "`redis-cli --latency` and `SLOWLOG GET` tell whether it is Redis or the network; limits then hold up every batch.",
    alerts: ["RateLimiterRedisHighLatency", "WebSocketRedisHighLatency"],
    queries: [
      {
        legend: "rate_limiter/{{operation}}",
        expr: quantile(0.95, "dashstream_rate_limiter_redis_latency_ms", ["operation"], CHOSEN),
      },
      {
        legend: "websocket/{{operation}}",
        expr: quantile(0.95, "dashstream_websocket_redis_latency_ms", ["operation"], CHOSEN),
      },
    ],
  },
  {
    id: 15,
    title: "Redis & Rate Limit Events",
    kind: "timeseries",
    unit: "reqps",
    grid: { x: 12, y: 26, w: 12, h: 6 },
    shows: "Errors of Redis a second, and records within and beyond the limits of their tenants.",
    act: "errors: look whether Redis answers. Exceeded: the alert overview shows which tenant; raise its limit or talk to it.",
    alerts: ["RateLimiterRedisErrors", "WebSocketRedisErrors", "TenantRateLimitExceeded"],
    queries: [
      {
        legend: "Rate Limiter Redis Errors",
        expr: byMinute("dashstream_rate_limiter_redis_errors_total"),
      },
      { legend: "WebSocket Redis Errors", expr: byMinute("dashstream_websocket_redis_errors_total") },
      { legend: "Rate Limits Exceeded", expr: byMinute("dashstream_rate_limit_exceeded_total") },
      { legend: "Rate Limits Allowed", expr: byMinute("dashstream_rate_limit_allowed_total") },
    ],
  },
  {
    id: 16,
    title: "Replay Buffer Stats",
    kind: "timeseries",
    unit: "reqps",
    grid: { x: 0, y: 32, w: 12, h: 6 },
    shows: "Where replays found their records, a second, and records that did not get into Redis.",
    act: "dropped or failed writes are no loss, those replays come from Kafka; if they go on, Redis is too slow or gone.",
    alerts: ["ReplayBufferRedisWritesDropped", "ReplayBufferRedisWriteFailures"],
    queries: [
      { legend: "Memory Hits", expr: byMinute("replay_buffer_memory_hits_total") },
      { legend: "Redis Hits", expr: byMinute("replay_buffer_redis_hits_total") },
      { legend: "Redis Misses", expr: byMinute("replay_buffer_redis_misses_total") },
      { legend: "Redis Writes Dropped", expr: byMinute("replay_buffer_redis_write_dropped_total") },
      { legend: "Redis Write Failures", expr: byMinute("replay_buffer_redis_write_failures_total") },
    ],
  },
];
