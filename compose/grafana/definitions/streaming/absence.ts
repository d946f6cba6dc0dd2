// Panels 22 and 23 of the streaming dashboard: series that nobody exports. All other panels say "No data" then; these say
// which, and since when.

import { expr, type Template } from "../../../../src/alerts/template.ts";
import type { PanelDefinition } from "../dashboard.ts";
import { absence } from "../expressions.ts";

/** Without these the panels above mean nothing. */
const NEEDED = [
  "websocket_uptime_seconds",
  "websocket_kafka_messages_total",
  "websocket_connected_clients",
  "websocket_dropped_messages_total",
  "websocket_send_failed_total",
] as const;

function missingCount(): Template {
  const [first = "", ...others] = NEEDED;
  return others.reduce((sum, series) => expr`${sum} + (${absence(series)})`, expr`(${absence(first)})`);
}

export const ABSENCE_PANELS: readonly PanelDefinition[] = [
  {
    id: 22,
    title: "M-1106: Absent Metrics Detection",
    kind: "stat",
    unit: "short",
    grid: { x: 0, y: 48, w: 12, h: 4 },
    steps: [
      { from: 0, color: "green" },
      { from: 1, color: "red" },
    ],
    shows: `How many of ${NEEDED.length} series that every server exports are missing.`,
    act: "all of them: no server is scraped, look at Prometheus' targets and whether the server runs. Some: the server is another version.",
    alerts: ["ServiceDown"],
    queries: [{ legend: "Missing Metrics Count", expr: missingCount() }],
  },
  {
    id: 23,
    title: "M-1106: Absent Metric Details",
    kind: "timeseries",
    unit: "short",
    grid: { x: 12, y: 48, w: 12, h: 4 },
    steps: [
      { from: 0, color: "green" },
      { from: 0.5, color: "red" },
    ],
    shows: "1 for a series while nobody exports it.",
    act: "the time at which a line rises is the time to look for in logs and among deployments.",
    alerts: ["ServiceDown"],
    queries: NEEDED.map((series) => ({ legend: series, expr: absence(series) })),
  },
];
