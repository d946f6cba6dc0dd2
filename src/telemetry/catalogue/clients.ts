// Metrics of the WebSocket side: connections, what clients send, and how well they keep up.

import type { MetricDefinition } from "../definition.ts";

const SEVERITIES = ["info", "warning", "critical"];

/** Why a connection ended. */
export const DISCONNECT_REASONS = [
  "client_closed",
  "slow_client",
  "stalled",
  "replay_timeout",
  "control_frame_too_large",
  "resume_rejected",
  "invalid_request",
  "send_failed",
  "shutdown",
] as const;

export const CLIENT_METRICS: readonly MetricDefinition[] = [
  {
    name: "websocket_connected_clients",
    kind: "gauge",
    help: "Open WebSocket connections.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_rejected_connections_total",
    kind: "counter",
    help: "Connections refused with 429 because their address has too many.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_refused_handshakes_total",
    kind: "counter",
    help: "WebSocket requests refused for another cause than the limit of an address.",
    labels: { reason: ["origin", "shutting_down", "invalid"] },
    components: ["websocket-server"],
  },
  {
    name: "websocket_client_disconnects_total",
    kind: "counter",
    help: "Ended connections, by cause.",
    labels: {
      reason: DISCONNECT_REASONS,
    },
    components: ["websocket-server"],
  },
  {
    name: "websocket_dropped_messages_total",
    kind: "counter",
    help: "Records that a client was not sent because it fell too far behind, summed over clients.",
    labels: { reason: ["lagged_receiver"] },
    components: ["websocket-server"],
  },
  {
    name: "websocket_client_lag_events_total",
    kind: "counter",
    help: "Times a client lost records: 100 and more are critical, 10 and more a warning.",
    labels: { severity: SEVERITIES },
    components: ["websocket-server"],
  },
  {
    name: "websocket_client_lag_messages_total",
    kind: "counter",
    help: "Records that clients lost, by severity of the event.",
    labels: { severity: SEVERITIES },
    components: ["websocket-server"],
  },
  {
    name: "websocket_slow_client_disconnects_total",
    kind: "counter",
    help: "Clients disconnected because they lost too many records within the lag window.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_send_failed_total",
    kind: "counter",
    help: "Sends that failed with a socket error.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_send_timeout_total",
    kind: "counter",
    help: "Sends that a client did not take in time.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_control_oversized_total",
    kind: "counter",
    help: "Text frames of clients beyond 1 MiB.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_control_parse_failures_total",
    kind: "counter",
    help: "Text frames of clients that are not JSON.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_control_ignored_total",
    kind: "counter",
    help: "Frames of clients that mean nothing to the server: binary ones, unknown message types.",
    labels: { reason: ["binary", "unknown_type"] },
    components: ["websocket-server"],
  },
  {
    name: "websocket_resume_invalid_entries_total",
    kind: "counter",
    help: "Entries of resume requests and acknowledgements that are no partition with an offset, or no thread with a sequence; the others of the request count.",
    components: ["websocket-server"],
  },
];
