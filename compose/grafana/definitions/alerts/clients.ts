// Clients that come, go, and ask for what they missed.

import { expr } from "../../../../src/alerts/template.ts";
import { ONE_MINUTE, quantile } from "../expressions.ts";
import type { Section } from "../layout.ts";

export const CLIENTS: Section = {
  id: 1008,
  title: "Clients",
  height: 7,
  panels: [
    {
      id: 401,
      title: "Disconnects by cause",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows: "Ended connections a second. client_closed is what clients do by themselves.",
      act: "slow_client, stalled, send_failed: clients or the way to them. shutdown: the server is restarted.",
      alerts: ["HighDroppedMessageRate"],
      queries: [
        {
          legend: "{{reason}}",
          expr: expr`sum by (reason) (rate(websocket_client_disconnects_total[${ONE_MINUTE}]))`,
        },
      ],
    },
    {
      id: 402,
      title: "Connections refused",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows:
        "Connections a second beyond the limit of their address, and handshakes refused for another cause.",
      act: "too many of one address: clients behind one proxy (WEBSOCKET_TRUSTED_PROXY_IPS), or a loop. origin: WEBSOCKET_ALLOWED_ORIGINS.",
      queries: [
        {
          legend: "too many of one address",
          expr: expr`sum(rate(websocket_rejected_connections_total[${ONE_MINUTE}]))`,
        },
        {
          legend: "{{reason}}",
          expr: expr`sum by (reason) (rate(websocket_refused_handshakes_total[${ONE_MINUTE}]))`,
        },
      ],
    },
    {
      id: 403,
      title: "Frames that mean nothing",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows: "What clients send and the server cannot use, a second.",
      act: "a client of another version, or somebody who tries things out: the log has its address.",
      queries: [
        { legend: "too large", expr: expr`sum(rate(websocket_control_oversized_total[${ONE_MINUTE}]))` },
        {
          legend: "not JSON",
          expr: expr`sum(rate(websocket_control_parse_failures_total[${ONE_MINUTE}]))`,
        },
        {
          legend: "{{reason}}",
          expr: expr`sum by (reason) (rate(websocket_control_ignored_total[${ONE_MINUTE}]))`,
        },
        {
          legend: "wrong entries of a resume",
          expr: expr`sum(rate(websocket_resume_invalid_entries_total[${ONE_MINUTE}]))`,
        },
      ],
    },
    {
      id: 404,
      title: "Clients that do not keep up",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows:
        "Clients given up because they lost too much, and sends that failed or were not taken in time, a second.",
      act: "one client: it is slow. All at once: the network, or a server without CPU left.",
      alerts: ["HighDroppedMessageRate"],
      queries: [
        {
          legend: "given up",
          expr: expr`sum(rate(websocket_slow_client_disconnects_total[${ONE_MINUTE}]))`,
        },
        { legend: "send failed", expr: expr`sum(rate(websocket_send_failed_total[${ONE_MINUTE}]))` },
        { legend: "not taken in time", expr: expr`sum(rate(websocket_send_timeout_total[${ONE_MINUTE}]))` },
      ],
    },
    {
      id: 405,
      title: "Records that clients lost",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows: "Records a second, by severity of the event. Each client was told which.",
      act: "raise WEBSOCKET_MAX_CLIENT_LAG or retention if clients must catch up with more; else make them faster.",
      alerts: ["HighDroppedMessageRate"],
      queries: [
        {
          legend: "{{severity}}",
          expr: expr`sum by (severity) (rate(websocket_client_lag_messages_total[${ONE_MINUTE}]))`,
        },
      ],
    },
  ],
};

export const REPLAY: Section = {
  id: 1009,
  title: "Replay",
  height: 7,
  panels: [
    {
      id: 421,
      title: "Resumes, and gaps that they reported",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows: "Resume requests a second, and gaps that clients were told of because no tier had the records.",
      act: "gaps: records are trimmed before clients ask for them, so retention is shorter than their absence.",
      queries: [
        {
          legend: "resumes {{mode}}",
          expr: expr`sum by (mode) (rate(websocket_resume_requests_total[${ONE_MINUTE}]))`,
        },
        {
          legend: "gaps {{mode}}",
          expr: expr`sum by (mode) (rate(websocket_replay_gaps_total[${ONE_MINUTE}]))`,
        },
      ],
    },
    {
      id: 422,
      title: "Records of replays",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows: "Records a second that replays sent, and that they reported as missing.",
      act: "many sent for long: clients come back again and again, see disconnects by cause.",
      queries: [
        {
          legend: "sent {{mode}}",
          expr: expr`sum by (mode) (rate(websocket_replay_messages_total[${ONE_MINUTE}]))`,
        },
        {
          legend: "missing {{mode}}",
          expr: expr`sum by (mode) (rate(websocket_replay_gap_messages_total[${ONE_MINUTE}]))`,
        },
      ],
    },
    {
      id: 423,
      title: "Duration of replays (p95)",
      kind: "timeseries",
      unit: "ms",
      w: 8,
      shows: "How long the slowest replay in twenty took until it was live.",
      act: "compare with the duration of pages: a slow tier, or clients that take slowly.",
      queries: [{ legend: "{{mode}}", expr: quantile(0.95, "websocket_replay_latency_ms", ["mode"]) }],
    },
    {
      id: 424,
      title: "Records in memory",
      kind: "timeseries",
      unit: "short",
      w: 8,
      shows: "Records that each server holds for replay, up to REPLAY_BUFFER_MEMORY_SIZE.",
      act: "far below that limit: REPLAY_BUFFER_MEMORY_BYTES is what bounds it; replays come from further away.",
      queries: [{ legend: "{{instance}}", expr: expr`replay_buffer_memory_records` }],
    },
    {
      id: 425,
      title: "Bytes in memory",
      kind: "timeseries",
      unit: "bytes",
      w: 8,
      shows: "What these records and the pages that are kept for several clients take.",
      act: "near the limits of the process: lower REPLAY_BUFFER_MEMORY_BYTES or REPLAY_CACHE_BYTES.",
      queries: [
        { legend: "records {{instance}}", expr: expr`replay_buffer_memory_bytes` },
        { legend: "pages {{instance}}", expr: expr`replay_buffer_page_cache_bytes` },
      ],
    },
    {
      id: 426,
      title: "Pages by tier",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows:
        "Pages a second that were read for replays, those that had been read before, and what Kafka had.",
      act: "many from Kafka: memory and Redis are too small for how long clients stay away.",
      queries: [
        {
          legend: "read from {{tier}}",
          expr: expr`sum by (tier) (rate(replay_buffer_page_reads_total[${ONE_MINUTE}]))`,
        },
        {
          legend: "read before",
          expr: expr`sum(rate(replay_buffer_page_cache_hits_total[${ONE_MINUTE}]))`,
        },
        { legend: "Kafka had it", expr: expr`sum(rate(replay_buffer_kafka_hits_total[${ONE_MINUTE}]))` },
        {
          legend: "Kafka had nothing",
          expr: expr`sum(rate(replay_buffer_kafka_misses_total[${ONE_MINUTE}]))`,
        },
      ],
    },
    {
      id: 427,
      title: "Duration of pages (p95)",
      kind: "timeseries",
      unit: "ms",
      w: 8,
      shows: "How long reading a page takes, by tier, whatever came of it.",
      act: "Redis slow: see its latency on the streaming dashboard. Kafka slow: raise REPLAY_KAFKA_MAX_BYTES_PER_SEC if the broker has room.",
      alerts: ["WebSocketRedisHighLatency"],
      queries: [{ legend: "{{tier}}", expr: quantile(0.95, "replay_buffer_page_read_latency_ms", ["tier"]) }],
    },
  ],
};
