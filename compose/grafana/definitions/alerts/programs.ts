// Programs that use the library, and the two companions that come with it.

import { expr, type Template } from "../../../../src/alerts/template.ts";
import { name, ONE_MINUTE, quantile } from "../expressions.ts";
import type { Section } from "../layout.ts";

function byJob(series: string): Template {
  return expr`sum by (job) (rate(${name(series)}{job=~"$job"}[${ONE_MINUTE}]))`;
}

function total(series: string): Template {
  return expr`sum(rate(${name(series)}[${ONE_MINUTE}]))`;
}

export const LIBRARY: Section = {
  id: 1010,
  title: "Programs with the library",
  height: 7,
  panels: [
    {
      id: 441,
      title: "Records read",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows: "Records a second that consumers of the library read, by job, and those read again.",
      act: "0 while records come: look at the program's log and its group (`dashstream offsets`).",
      queries: [
        { legend: "read {{job}}", expr: byJob("dashstream_messages_received_total") },
        { legend: "again {{job}}", expr: byJob("dashstream_redeliveries_total") },
      ],
    },
    {
      id: 442,
      title: "Records that could not be used",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows:
        "Without a value or too large, not decodable, or refused by the program itself, a second and by job.",
      act: "the first two: bad records, see dead letters. Refused: an error in the program, its log has it.",
      alerts: ["HighDLQRate"],
      queries: [
        { legend: "no value, too large {{job}}", expr: byJob("dashstream_invalid_payloads_total") },
        { legend: "not decodable {{job}}", expr: byJob("dashstream_decode_failures_total") },
        { legend: "refused {{job}}", expr: byJob("dashstream_processing_failures_total") },
      ],
    },
    {
      id: 443,
      title: "Messages sent",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows:
        "Messages a second that producers of the library sent, tried again, gave up, or refused before sending.",
      act: "given up: they are lost unless the producer has a dead-letter handler. Tried again for long: Kafka is slow.",
      queries: [
        { legend: "sent {{job}}", expr: byJob("dashstream_messages_sent_total") },
        { legend: "tried again {{job}}", expr: byJob("dashstream_send_retries_total") },
        { legend: "given up {{job}}", expr: byJob("dashstream_send_failures_total") },
        {
          legend: "refused: {{reason}}",
          expr: expr`sum by (reason) (rate(dashstream_send_refusals_total{job=~"$job"}[${ONE_MINUTE}]))`,
        },
        { legend: "not compressed {{job}}", expr: byJob("dashstream_compression_failures_total") },
      ],
    },
  ],
};

export const EXPORTER: Section = {
  id: 1011,
  title: "Exporter",
  height: 7,
  panels: [
    {
      id: 461,
      title: "Lag of the exporter",
      kind: "timeseries",
      unit: "short",
      w: 8,
      shows: "Records that the exporter has not read yet. The quality dashboard is so far behind.",
      act: "growing: the exporter is too slow or has failed to read, see its attempts among those that failed.",
      queries: [{ legend: "records", expr: expr`sum(dashstream_exporter_kafka_consumer_lag)` }],
    },
    {
      id: 462,
      title: "Time since the last report",
      kind: "timeseries",
      unit: "s",
      w: 8,
      shows:
        "Since a quality report was handled, and since one set the gauges of scores. Decades: none ever did.",
      act: "rising while records come: applications send no reports any more, or reports lack their scores.",
      queries: [
        {
          legend: "report",
          expr: expr`time() - max(dashstream_exporter_last_event_timestamp_seconds)`,
        },
        {
          legend: "scores",
          expr: expr`time() - max(dashstream_exporter_gauges_last_update_timestamp_seconds)`,
        },
      ],
    },
    {
      id: 463,
      title: "Records of the exporter",
      kind: "timeseries",
      unit: "reqps",
      w: 8,
      shows: "Records a second that it read, and those that it could not use, by cause.",
      act: "decode: bad records. process: a report with a value of a wrong type, the log names it. unknown: a defect, report it.",
      queries: [
        { legend: "read", expr: total("dashstream_exporter_messages_received_total") },
        {
          legend: "failed: {{error_type}}",
          expr: expr`sum by (error_type) (rate(dashstream_exporter_messages_failed_total[${ONE_MINUTE}]))`,
        },
        { legend: "other scope", expr: total("dashstream_exporter_messages_wrong_scope_total") },
        { legend: "no header", expr: total("dashstream_exporter_messages_missing_header_total") },
        { legend: "null value", expr: total("dashstream_exporter_kafka_payload_missing_total") },
      ],
    },
    {
      id: 464,
      title: "Latency by model (p95)",
      kind: "timeseries",
      unit: "ms",
      w: 8,
      shows: "How long the slowest query in twenty of each model took.",
      act: "one model: its provider. All: what is around the models, tools or network.",
      queries: [{ legend: "{{model}}", expr: quantile(0.95, "dashstream_latency_by_model_ms", ["model"]) }],
    },
    {
      id: 465,
      title: "Quality by model (p10)",
      kind: "timeseries",
      unit: "short",
      w: 8,
      shows: "The score that nine queries of ten of a model exceed.",
      act: "a model that is lower than others at the same tasks is the one to replace or to prompt differently.",
      queries: [{ legend: "{{model}}", expr: quantile(0.1, "dashstream_quality_score_by_model", ["model"]) }],
    },
    {
      id: 466,
      title: "Turns of a session",
      kind: "timeseries",
      unit: "short",
      w: 8,
      shows: "Turns of sessions that are over.",
      act: "rising: users have to ask more often for the same. Compare with the success rate.",
      queries: [
        { legend: "P50", expr: quantile(0.5, "dashstream_turns_by_session") },
        { legend: "P95", expr: quantile(0.95, "dashstream_turns_by_session") },
      ],
    },
  ],
};

export const MONITOR: Section = {
  id: 1012,
  title: "Quality monitor",
  height: 7,
  panels: [
    {
      id: 481,
      title: "Evaluations",
      kind: "timeseries",
      unit: "reqps",
      w: 12,
      shows:
        "Evaluations a second, those below 0.7, reports without all three scores, and LOW_QUALITY alerts of applications.",
      act: "low ones: see quality by model. Incomplete reports: an application sends scores in a form that cannot be used.",
      queries: [
        { legend: "evaluations", expr: total("dashstream_quality_monitor_evaluations_total") },
        { legend: "low", expr: total("dashstream_quality_monitor_low_quality_evaluations_total") },
        { legend: "incomplete", expr: total("dashstream_quality_monitor_incomplete_reports_total") },
        {
          legend: "alerts of applications",
          expr: total("dashstream_quality_monitor_low_quality_alerts_total"),
        },
      ],
    },
    {
      id: 482,
      title: "Scores of evaluations (p10)",
      kind: "timeseries",
      unit: "short",
      w: 12,
      shows:
        "The score that nine evaluations of ten exceed: accuracy, relevance, completeness, and their mean.",
      act: "the score that falls says where to look: sources and model, retrieval, or limits of length.",
      queries: [
        {
          legend: "{{score}}",
          expr: quantile(0.1, "dashstream_quality_monitor_evaluation_score", ["score"]),
        },
      ],
    },
  ],
};
