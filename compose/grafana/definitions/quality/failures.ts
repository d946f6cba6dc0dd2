// Panels 12 to 16 of the quality dashboard: what fails, how often, and after how many retries.

import { expr } from "../../../../src/alerts/template.ts";
import type { PanelDefinition } from "../dashboard.ts";
import { FIVE_MINUTES, name, quantile } from "../expressions.ts";
import { worseFrom } from "../steps.ts";

/** Values of the label `category`. */
const CATEGORIES = ["Simple", "Medium", "Complex", "Edge", "Unknown"] as const;

export const FAILURES: readonly PanelDefinition[] = [
  {
    id: 12,
    title: "Failure Breakdown by Category",
    kind: "timeseries",
    unit: "reqps",
    grid: { x: 0, y: 22, w: 12, h: 6 },
    shows: "Reports a second whose verdict is failed, by kind of query. Unknown: the report names no kind.",
    act: "simple queries that fail mean something basic is broken, a key or a model; only complex ones: look at prompts and limits.",
    queries: CATEGORIES.map((category) => ({
      legend: `${category} Failures`,
      expr: expr`sum(rate(dashstream_quality_monitor_queries_failed_total{category="${name(category)}"}[${FIVE_MINUTES}]))`,
    })),
  },
  {
    id: 13,
    title: "Quality Judge Usage",
    kind: "timeseries",
    unit: "reqps",
    grid: { x: 12, y: 22, w: 12, h: 6 },
    shows: "Reports a second; each stands for one call of the judge.",
    act: "each call costs money: if it is above the request rate of the application, queries are judged more than once.",
    queries: [
      {
        legend: "Total Judge Calls",
        expr: expr`sum(rate(dashstream_quality_monitor_queries_total[${FIVE_MINUTES}]))`,
      },
    ],
  },
  {
    id: 14,
    title: "Overall Failure Rate",
    kind: "stat",
    unit: "percent",
    grid: { x: 0, y: 28, w: 8, h: 4 },
    steps: worseFrom(1, 5),
    shows:
      "Share of the reports of the last 5 minutes whose verdict is failed. With those without a verdict it makes 100 % with panel 1.",
    act: "panel 12 says which kind of query fails; compare the time with deployments (annotations), and take the last one back if it fits.",
    queries: [
      {
        legend: "Failure Rate %",
        expr: expr`100 * sum(rate(dashstream_quality_monitor_queries_failed_total[${FIVE_MINUTES}]))
          / (sum(rate(dashstream_quality_monitor_queries_total[${FIVE_MINUTES}])) > 0)`,
      },
    ],
  },
  {
    id: 16,
    title: "Retry Rate (p99)",
    kind: "stat",
    unit: "short",
    grid: { x: 16, y: 28, w: 8, h: 4 },
    steps: worseFrom(2, 5),
    shows: "Retries that the worst query in a hundred needed, of the last 5 minutes.",
    act: "compare with the p50 of panel 9: if that is low, single queries are hard; if not, the model's provider or a tool fails.",
    queries: [{ legend: "p99 Retry Count", expr: quantile(0.99, "dashstream_quality_retry_count") }],
  },
];
