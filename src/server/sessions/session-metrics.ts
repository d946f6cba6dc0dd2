// The counters of client sessions, resolved once and shared by all sessions.

import { DISCONNECT_REASONS } from "../../telemetry/catalogue/clients.ts";
import type { Counter, Histogram, Metrics } from "../../telemetry/metrics.ts";
import { LAG_SEVERITIES, type LagSeverity } from "./server-frames.ts";

export type DisconnectReason = (typeof DISCONNECT_REASONS)[number];

/** How a resume says where it stands. */
export type ResumeMode = "partition" | "thread";

export interface ReplayMetrics {
  readonly messages: Counter;
  readonly gaps: Counter;
  readonly gapMessages: Counter;
  readonly latencyMs: Histogram;
}

export interface SessionMetrics {
  readonly disconnects: Readonly<Record<DisconnectReason, Counter>>;
  readonly dropped: Counter;
  readonly lagEvents: Readonly<Record<LagSeverity, Counter>>;
  readonly lagMessages: Readonly<Record<LagSeverity, Counter>>;
  readonly slowDisconnects: Counter;
  readonly sendFailed: Counter;
  readonly sendTimeout: Counter;
  readonly controlOversized: Counter;
  readonly controlParseFailures: Counter;
  readonly controlIgnored: Readonly<Record<"binary" | "unknown_type", Counter>>;
  readonly resumeEntriesInvalid: Counter;
  readonly resumeRequests: Readonly<Record<ResumeMode, Counter>>;
  readonly replay: Readonly<Record<ResumeMode, ReplayMetrics>>;
  readonly memoryHits: Counter;
}

export function sessionMetrics(metrics: Metrics): SessionMetrics {
  const byLabel = <K extends string>(name: string, label: string, values: readonly K[]) =>
    Object.fromEntries(values.map((value) => [value, metrics.counter(name, { [label]: value })])) as Record<
      K,
      Counter
    >;
  return {
    disconnects: byLabel("websocket_client_disconnects_total", "reason", DISCONNECT_REASONS),
    dropped: metrics.counter("websocket_dropped_messages_total", { reason: "lagged_receiver" }),
    lagEvents: byLabel("websocket_client_lag_events_total", "severity", LAG_SEVERITIES),
    lagMessages: byLabel("websocket_client_lag_messages_total", "severity", LAG_SEVERITIES),
    slowDisconnects: metrics.counter("websocket_slow_client_disconnects_total"),
    sendFailed: metrics.counter("websocket_send_failed_total"),
    sendTimeout: metrics.counter("websocket_send_timeout_total"),
    controlOversized: metrics.counter("websocket_control_oversized_total"),
    controlParseFailures: metrics.counter("websocket_control_parse_failures_total"),
    controlIgnored: byLabel("websocket_control_ignored_total", "reason", ["binary", "unknown_type"] as const),
    resumeEntriesInvalid: metrics.counter("websocket_resume_invalid_entries_total"),
    resumeRequests: byLabel("websocket_resume_requests_total", "mode", ["partition", "thread"] as const),
    replay: { partition: replayMetrics(metrics, "partition"), thread: replayMetrics(metrics, "thread") },
    memoryHits: metrics.counter("replay_buffer_memory_hits_total"),
  };
}

function replayMetrics(metrics: Metrics, mode: ResumeMode): ReplayMetrics {
  return {
    messages: metrics.counter("websocket_replay_messages_total", { mode }),
    gaps: metrics.counter("websocket_replay_gaps_total", { mode }),
    gapMessages: metrics.counter("websocket_replay_gap_messages_total", { mode }),
    latencyMs: metrics.histogram("websocket_replay_latency_ms", { mode }),
  };
}
