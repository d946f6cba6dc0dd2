// Panels 11 to 13 of the streaming dashboard: what became of bad records, in the server and in programs with the library.

import { expr } from "../../../../src/alerts/template.ts";
import type { PanelDefinition } from "../dashboard.ts";
import { FIVE_MINUTES, ONE_MINUTE } from "../expressions.ts";

export const DEAD_LETTER_PANELS: readonly PanelDefinition[] = [
  {
    id: 11,
    title: "DLQ Send Rate",
    kind: "timeseries",
    unit: "reqps",
    grid: { x: 0, y: 20, w: 8, h: 6 },
    shows: "Dead letters of the server a second, by what was wrong with the record.",
    act: "`dashstream dlq ls` shows letters and their producers; redrive them once the cause is mended.",
    alerts: ["WebSocketDlqHighRate"],
    queries: [
      {
        legend: "{{error_type}}",
        expr: expr`sum by (error_type) (rate(websocket_dlq_sends_total{instance=~"$instance"}[${ONE_MINUTE}]))`,
      },
    ],
  },
  {
    id: 12,
    title: "DLQ Send Failures",
    kind: "stat",
    unit: "reqps",
    grid: { x: 8, y: 20, w: 8, h: 6 },
    steps: [
      { from: 0, color: "green" },
      { from: 0.001, color: "red" },
    ],
    shows: "Dead letters a second that the server could not write, over 5 minutes.",
    act: "look whether the topic of dead letters exists and takes records; in open mode those copies are lost, in closed mode partitions wait.",
    alerts: ["WebSocketDlqBroken"],
    queries: [
      {
        legend: "Failures/sec",
        expr: expr`sum(rate(websocket_dlq_send_failures_total{instance=~"$instance"}[${FIVE_MINUTES}]))`,
      },
    ],
  },
  {
    id: 13,
    title: "Library DLQ Metrics",
    kind: "timeseries",
    unit: "reqps",
    grid: { x: 16, y: 20, w: 8, h: 6 },
    shows:
      "Dead letters of programs that use the library, such as the quality monitor: written, given up, and dropped for want of a slot.",
    act: "given up or dropped letters are lost: follow the page. Written ones alone mean bad records, as in panel 11.",
    alerts: ["HighDLQRate", "DLQItselfBroken", "DashStreamDlqBackpressureDrops"],
    queries: [
      { legend: "DLQ Sends", expr: expr`sum(rate(dashstream_dlq_sends_total[${ONE_MINUTE}]))` },
      { legend: "DLQ Failures", expr: expr`sum(rate(dashstream_dlq_send_failures_total[${ONE_MINUTE}]))` },
      {
        legend: "DLQ Dropped (backpressure)",
        expr: expr`sum(rate(dashstream_dlq_dropped_total[${ONE_MINUTE}]))`,
      },
    ],
  },
];
