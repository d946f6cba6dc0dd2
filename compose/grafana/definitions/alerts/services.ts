// What runs, and Kafka as all programs see it.

import { expr } from "../../../../src/alerts/template.ts";
import { FIVE_MINUTES, ONE_MINUTE, quantile } from "../expressions.ts";
import type { Section } from "../layout.ts";
import { UP } from "./firing.ts";

export const SERVICES: Section = {
  id: 1004,
  title: "Services",
  height: 7,
  panels: [
    {
      id: 101,
      title: "Builds",
      kind: "table",
      w: 12,
      shows: "Which build each instance runs, and on which runtime.",
      act: "instances of one job with different builds are a deploy that did not end: finish it or take it back.",
      queries: [
        {
          legend: "{{instance}}",
          expr: expr`max by (job, instance, version, commit, build_date, runtime) (dashstream_build_info{job=~"$job"})`,
        },
      ],
    },
    {
      id: 102,
      title: "Dependencies over time",
      kind: "state-timeline",
      w: 12,
      values: UP,
      shows: "Whether Kafka and Redis answer, as each job sees it.",
      act: "down for one job only: look at the way from there. Down for all: look at the dependency itself.",
      alerts: ["ServiceDown"],
      queries: [
        {
          legend: "{{job}} {{dependency}}",
          expr: expr`min by (job, dependency) (dashstream_dependency_up{job=~"$job"})`,
        },
      ],
    },
    {
      id: 103,
      title: "Spans of traces",
      kind: "timeseries",
      unit: "reqps",
      w: 24,
      shows:
        "Spans a second that the collector of traces took, and those that did not get there, by cause. No data: no tracing.",
      act: "export_failed: look whether Jaeger answers on its port 4318. rejected: the log says why the collector left them out. queue_full: lower OTEL_TRACES_SAMPLER_ARG. Only traces suffer.",
      queries: [
        {
          legend: "exported {{job}}",
          expr: expr`sum by (job) (rate(dashstream_spans_exported_total{job=~"$job"}[${ONE_MINUTE}]))`,
        },
        {
          legend: "{{reason}} {{job}}",
          expr: expr`sum by (job, reason) (rate(dashstream_spans_dropped_total{job=~"$job"}[${ONE_MINUTE}]))`,
        },
      ],
    },
  ],
};

export const KAFKA: Section = {
  id: 1005,
  title: "Reading from Kafka",
  height: 7,
  panels: [
    {
      id: 201,
      title: "Time since the last record of a partition",
      kind: "timeseries",
      unit: "s",
      w: 8,
      shows:
        "Grows while nothing comes. A partition stands still only if records wait in it as well (quality dashboard, panel 24).",
      act: "if records wait: a bad record under KAFKA_ON_DECODE_ERROR=pause, a letter that cannot be written, or a leader that is gone.",
      alerts: ["KafkaPartitionStale", "KafkaPartitionStaleCritical"],
      queries: [
        {
          legend: "{{instance}} partition {{partition}}",
          expr: expr`websocket_kafka_lag_offset_age_seconds`,
        },
      ],
    },
    {
      id: 202,
      title: "Time since the last record, and since the last error",
      kind: "timeseries",
      unit: "s",
      w: 8,
      shows:
        "Of each server: since it received a record, and since it last failed to talk to Kafka. -1: never.",
      act: "the first rises while producers send: look at the second, at lag, and at panel 21 of the streaming dashboard.",
      alerts: ["KafkaInfraErrorsDetected"],
      queries: [
        { legend: "record {{instance}}", expr: expr`websocket_last_kafka_message_age_seconds` },
        { legend: "error {{instance}}", expr: expr`websocket_last_infrastructure_error_age_seconds` },
      ],
    },
    {
      id: 203,
      title: "Failed attempts, by who made them",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows: "Failed attempts to talk to Kafka a second: library consumers, exporter, polls of lag, replays.",
      act: "all at once: Kafka is away. One only: its settings, its access rights, or the way from there.",
      alerts: ["KafkaInfraErrorsHigh"],
      queries: [
        {
          legend: "fetch {{job}}",
          expr: expr`sum by (job) (rate(dashstream_fetch_failures_total[${ONE_MINUTE}]))`,
        },
        {
          legend: "exporter",
          expr: expr`sum(rate(dashstream_exporter_kafka_consumer_errors_total[${ONE_MINUTE}]))`,
        },
        {
          legend: "exporter commits",
          expr: expr`sum(rate(dashstream_exporter_offset_store_errors_total[${ONE_MINUTE}]))`,
        },
        {
          legend: "lag polls",
          expr: expr`sum(rate(websocket_kafka_lag_poll_failures_total[${ONE_MINUTE}]))`,
        },
        {
          legend: "replays",
          expr: expr`sum(rate(replay_buffer_kafka_failures_total[${ONE_MINUTE}]))`,
        },
      ],
    },
    {
      id: 204,
      title: "Partitions that catch up, or stand still",
      kind: "timeseries",
      unit: "short",
      w: 8,
      shows:
        "Partitions that are read up to the head they had at start, and those that stand still at a bad record (KAFKA_ON_DECODE_ERROR=pause).",
      act: "paused: `/health` names the record; `POST /admin/partitions/N/resume` goes on behind it.",
      queries: [
        { legend: "catching up", expr: expr`sum(websocket_kafka_catchup_phase)` },
        { legend: "paused", expr: expr`sum(websocket_kafka_paused_partitions)` },
      ],
    },
    {
      id: 205,
      title: "Partitions with a writer",
      kind: "timeseries",
      unit: "short",
      w: 8,
      shows:
        "Under KAFKA_GROUP_MODE=per-replica: partitions for which a server writes dead letters. Over all servers that is each partition once.",
      act: "fewer than there are partitions for longer than 10 s: a writer is gone and not replaced; look at the group of all.",
      queries: [{ legend: "{{instance}}", expr: expr`websocket_writer_partitions` }],
    },
    {
      id: 206,
      title: "Polls of lag (p95)",
      kind: "timeseries",
      unit: "s",
      w: 8,
      shows: "How long reading the high watermarks takes. Lag is as old as that.",
      act: "longer than its interval: lag and its alerts are late. Kafka is slow, or there are very many partitions.",
      queries: [
        {
          legend: "{{status}}",
          expr: quantile(0.95, "websocket_kafka_lag_poll_duration_seconds", ["status"], "", FIVE_MINUTES),
        },
      ],
    },
  ],
};
