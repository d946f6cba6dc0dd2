// The quality dashboard: answers first, then whether the records behind them are complete.

import { CRITICAL_ALERTS, DEPLOYMENTS } from "../annotations.ts";
import type { DashboardDefinition } from "../dashboard.ts";
import { ANSWER_LINES, ANSWER_STATS } from "./answers.ts";
import { FAILURES } from "./failures.ts";
import { LAG_PANELS } from "./lag.ts";
import { LETTERS, REDIS, SEQUENCE } from "./stream.ts";

export const QUALITY: DashboardDefinition = {
  file: "grafana_quality_dashboard",
  uid: "dashstream-quality",
  title: "DashFlow Quality Agent - Production Monitoring",
  description: "How good the answers of the agents are, and whether the records that say so are complete.",
  tags: ["dashflow", "quality", "llm", "production"],
  range: "6h",
  variables: [],
  annotations: [DEPLOYMENTS, CRITICAL_ALERTS],
  rows: [],
  panels: [...ANSWER_STATS, ...ANSWER_LINES, ...FAILURES, ...SEQUENCE, ...LETTERS, ...REDIS, ...LAG_PANELS],
};
