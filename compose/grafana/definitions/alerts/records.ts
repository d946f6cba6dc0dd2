// Records that are not simply delivered: empty, repeated, missing, late, and dead letters on their way.

import { expr } from "../../../../src/alerts/template.ts";
import { FIVE_MINUTES, ONE_MINUTE, quantile } from "../expressions.ts";
import type { Section } from "../layout.ts";

export const RECORDS: Section = {
  id: 1006,
  title: "Records and their sequence",
  height: 7,
  panels: [
    {
      id: 221,
      title: "Records that clients do not get",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows:
        "Records a second without a value, read again after a rebalance, or good but not deliverable, by reason.",
      act: "null values: a producer deletes keys here. thread_halted: reset the thread. Many read again: members leave and join.",
      alerts: ["GapDetectedWithHalt"],
      queries: [
        {
          legend: "null value",
          expr: expr`sum(rate(websocket_kafka_payload_missing_total[${ONE_MINUTE}]))`,
        },
        { legend: "read again", expr: expr`sum(rate(websocket_kafka_redeliveries_total[${ONE_MINUTE}]))` },
        {
          legend: "{{reason}}",
          expr: expr`sum by (reason) (rate(websocket_undeliverable_records_total[${ONE_MINUTE}]))`,
        },
      ],
    },
    {
      id: 222,
      title: "Producers whose clock is ahead",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows: "Records a second from the future; their latency is not observed.",
      act: "latency of these producers is unknown: look at time synchronisation of their machines.",
      queries: [
        { legend: "records", expr: expr`sum(rate(websocket_clock_skew_events_total[${ONE_MINUTE}]))` },
      ],
    },
    {
      id: 223,
      title: "Size of gaps",
      kind: "timeseries",
      unit: "short",
      w: 8,
      shows: "Records missing in a gap: half of the gaps are smaller than p50.",
      act: "single records: lost on the way. Thousands: a producer lost its memory or a topic was trimmed before it was read.",
      alerts: ["SequenceGapsDetected"],
      queries: [
        { legend: "P50", expr: quantile(0.5, "dashstream_sequence_gap_size") },
        { legend: "P99", expr: quantile(0.99, "dashstream_sequence_gap_size") },
      ],
    },
    {
      id: 224,
      title: "Threads that begin again, and threads forgotten",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows: "Threads a second whose producer began again at 1, and threads forgotten to bound memory.",
      act: "forgotten ones: a gap across that moment goes unseen; too many threads are alive for one server, so split the topic over more servers.",
      queries: [
        {
          legend: "begun again",
          expr: expr`sum(rate(dashstream_sequence_restarts_total[${ONE_MINUTE}]))`,
        },
        {
          legend: "forgotten",
          expr: expr`sum(rate(dashstream_sequence_evictions_total[${ONE_MINUTE}]))`,
        },
      ],
    },
    {
      id: 225,
      title: "Tenants beyond their limit",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows: "Records a second beyond the limit of their tenant, by tenant.",
      act: "a tenant that means it gets a higher limit (`PUT /admin/limits`); one that does not has a loop.",
      alerts: ["TenantRateLimitExceeded"],
      queries: [
        {
          legend: "{{tenant_id}}",
          expr: expr`sum by (tenant_id) (rate(dashstream_rate_limit_exceeded_total[${FIVE_MINUTES}]))`,
        },
      ],
    },
  ],
};

export const LETTERS: Section = {
  id: 1007,
  title: "Dead letters on their way",
  height: 7,
  panels: [
    {
      id: 261,
      title: "Dead letters in flight",
      kind: "timeseries",
      unit: "short",
      w: 8,
      shows:
        "Letters that were sent and are not acknowledged yet, of the server and of programs with the library.",
      act: "at its limit for long: Kafka acknowledges slowly, and letters will be dropped or the stream will wait.",
      alerts: ["DLQBackpressureDrops", "WebSocketDlqBroken"],
      queries: [
        { legend: "server {{instance}}", expr: expr`websocket_dlq_in_flight` },
        { legend: "library {{job}}", expr: expr`sum by (job) (dashstream_dlq_in_flight)` },
      ],
    },
    {
      id: 262,
      title: "What a lost letter means",
      kind: "table",
      w: 8,
      shows:
        "The mode of each server: fail_open goes on without a letter that cannot be written, fail_closed waits for it.",
      act: "servers of one group with different modes: give all the same DLQ_FAIL_CLOSED.",
      queries: [{ legend: "{{mode}}", expr: expr`max by (instance, mode) (websocket_dlq_mode == 1)` }],
    },
    {
      id: 263,
      title: "Partitions that wait for a letter",
      kind: "timeseries",
      unit: "short",
      w: 8,
      shows: "Partitions that stand still until Kafka has their dead letters (fail_closed).",
      act: "create the topic of dead letters, or make it take writes again; the partitions go on by themselves.",
      alerts: ["WebSocketDlqBroken"],
      queries: [{ legend: "{{instance}}", expr: expr`websocket_dlq_waiting_partitions` }],
    },
    {
      id: 264,
      title: "Failed attempts to write letters",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows: "Of the server by reason; of the library all attempts that may be tried again.",
      act: "kafka_error: the topic refuses. timeout: Kafka is slow. backpressure: more letters than may be in flight.",
      alerts: ["WebSocketDlqBroken", "DLQItselfBroken"],
      queries: [
        {
          legend: "server {{reason}}",
          expr: expr`sum by (reason) (rate(websocket_dlq_send_failures_total[${ONE_MINUTE}]))`,
        },
        {
          legend: "library {{job}}",
          expr: expr`sum by (job) (rate(dashstream_dlq_send_retries_total[${ONE_MINUTE}]))`,
        },
      ],
    },
  ],
};
