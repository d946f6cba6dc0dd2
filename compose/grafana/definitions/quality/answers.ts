// Panels 1 to 10 of the quality dashboard: how good the answers are, as the reports say that the exporter reads.

import { expr } from "../../../../src/alerts/template.ts";
import type { PanelDefinition } from "../dashboard.ts";
import { FIVE_MINUTES, mean, ONE_MINUTE, quantile } from "../expressions.ts";
import { betterFrom, worseFrom } from "../steps.ts";

const PROMPTS =
  "look at the models and prompts that were deployed last (annotations), and at panel 12 for the kind of query that fails.";

const NOTHING_HERE =
  "If there is no data, no report came: look at the request rate and at the exporter's target.";

export const ANSWER_STATS: readonly PanelDefinition[] = [
  {
    id: 1,
    title: "Success Rate (Target: ≥90%)",
    kind: "stat",
    unit: "percent",
    grid: { x: 0, y: 0, w: 6, h: 4 },
    steps: betterFrom(85, 90),
    shows: "Share of the quality reports of the last 5 minutes whose verdict is passed.",
    act: `${PROMPTS} ${NOTHING_HERE}`,
    queries: [
      {
        legend: "Success Rate",
        expr: expr`100 * sum(rate(dashstream_quality_monitor_queries_passed_total[${FIVE_MINUTES}]))
          / (sum(rate(dashstream_quality_monitor_queries_total[${FIVE_MINUTES}])) > 0)`,
      },
    ],
  },
  {
    id: 2,
    title: "Current Quality Score (Target: ≥0.90)",
    kind: "stat",
    unit: "short",
    grid: { x: 6, y: 0, w: 6, h: 4 },
    steps: betterFrom(0.85, 0.9),
    shows: "Quality score of the last report that had one. A single report: panel 10 has the trend.",
    act: `if panel 10 is low too, ${PROMPTS}`,
    queries: [{ legend: "Avg Quality", expr: expr`avg(dashstream_quality_monitor_quality_score)` }],
  },
  {
    id: 4,
    title: "Average Retries (Target: <1.5)",
    kind: "stat",
    unit: "short",
    grid: { x: 18, y: 0, w: 6, h: 4 },
    steps: worseFrom(1.5, 2.5),
    shows: "Retries that a query of the last 5 minutes needed, on average.",
    act: "compare with panel 9: a high p99 alone is a few hard queries, a high p50 is a model or tool that fails for all.",
    queries: [{ legend: "Avg Retries", expr: mean("dashstream_quality_retry_count") }],
  },
];

export const ANSWER_LINES: readonly PanelDefinition[] = [
  {
    id: 5,
    title: "Request Rate (QPS)",
    kind: "timeseries",
    unit: "reqps",
    grid: { x: 0, y: 4, w: 12, h: 6 },
    shows: "Quality reports a second. Those without a verdict are in the total only.",
    act: "if it is 0, look whether records still come (streaming dashboard, panel 5) and whether the exporter reads them (its lag, on the alert overview).",
    queries: [
      {
        legend: "Total Requests",
        expr: expr`sum(rate(dashstream_quality_monitor_queries_total[${ONE_MINUTE}]))`,
      },
      {
        legend: "Successful Requests",
        expr: expr`sum(rate(dashstream_quality_monitor_queries_passed_total[${ONE_MINUTE}]))`,
      },
      {
        legend: "Failed Requests",
        expr: expr`sum(rate(dashstream_quality_monitor_queries_failed_total[${ONE_MINUTE}]))`,
      },
    ],
  },
  {
    id: 6,
    title: "Quality Components (Accuracy, Relevance, Completeness)",
    kind: "timeseries",
    grid: { x: 12, y: 4, w: 12, h: 6 },
    shows: "The three scores of the last report that had them, and its overall score, 0 to 1.",
    act: "the score that is low says where to look: accuracy at sources and model, relevance at retrieval, completeness at limits of length.",
    queries: [
      { legend: "Accuracy", expr: expr`dashstream_quality_accuracy` },
      { legend: "Relevance", expr: expr`dashstream_quality_relevance` },
      { legend: "Completeness", expr: expr`dashstream_quality_completeness` },
      { legend: "Overall Quality", expr: expr`dashstream_quality_monitor_quality_score` },
    ],
  },
  {
    id: 7,
    title: "Model Usage Distribution",
    kind: "piechart",
    grid: { x: 0, y: 10, w: 8, h: 6 },
    shows: "Reports of the last 5 minutes by model; models without any are left out.",
    act: "a model that nobody meant to use is a wrong setting or a fallback after errors of the first choice.",
    queries: [
      {
        legend: "{{model}}",
        expr: expr`sum by (model) (rate(dashstream_queries_by_model_total[${FIVE_MINUTES}])) > 0`,
      },
    ],
  },
  {
    id: 8,
    title: "Latency Distribution (P50/P95/P99)",
    kind: "timeseries",
    unit: "ms",
    grid: { x: 8, y: 10, w: 8, h: 6 },
    shows:
      "How long queries took. Values between the bounds of buckets are estimates, and 30 s is the last bound.",
    act: "if all three rise, the model's provider is slow; if only p99 does, look at retries (panel 9) and at the model (alert overview).",
    queries: [
      { legend: "P50 Latency", expr: quantile(0.5, "dashstream_query_latency_ms") },
      { legend: "P95 Latency", expr: quantile(0.95, "dashstream_query_latency_ms") },
      { legend: "P99 Latency", expr: quantile(0.99, "dashstream_query_latency_ms") },
    ],
  },
  {
    id: 9,
    title: "Retry Count Percentiles",
    kind: "timeseries",
    grid: { x: 16, y: 10, w: 8, h: 6 },
    shows: "Retries that queries needed, of reports with a verdict.",
    act: "rising retries cost time and money before they cost success: look at the provider's errors before panel 1 falls.",
    queries: [
      { legend: "P50 Retries", expr: quantile(0.5, "dashstream_quality_retry_count") },
      { legend: "P90 Retries", expr: quantile(0.9, "dashstream_quality_retry_count") },
      { legend: "P99 Retries", expr: quantile(0.99, "dashstream_quality_retry_count") },
      { legend: "Average", expr: mean("dashstream_quality_retry_count") },
    ],
  },
  {
    id: 10,
    title: "Quality Score Trend (6h)",
    kind: "timeseries",
    grid: { x: 0, y: 16, w: 12, h: 6 },
    shows: "The quality score over time beside its target of 0.90.",
    act: `below the target for longer than a few reports, ${PROMPTS}`,
    queries: [
      { legend: "Average Quality", expr: expr`avg(dashstream_quality_monitor_quality_score)` },
      { legend: "Target (0.90)", expr: expr`0.90` },
    ],
  },
];
