// Panels 1 to 6 of the streaming dashboard: whether records come, can be read, and reach clients in time.

import { expr } from "../../../../src/alerts/template.ts";
import type { PanelDefinition } from "../dashboard.ts";
import { FIVE_MINUTES, ONE_MINUTE } from "../expressions.ts";
import { betterFrom, worseFrom } from "../steps.ts";
import { slowestStage } from "./latency.ts";

export const OVERVIEW_STATS: readonly PanelDefinition[] = [
  {
    id: 1,
    title: "Kafka Success Rate",
    kind: "stat",
    unit: "percent",
    grid: { x: 0, y: 0, w: 6, h: 4 },
    steps: betterFrom(95, 99),
    shows:
      "Share of the records of the last 5 minutes that could be delivered. No data: none came, or the server is gone.",
    act: "panel 6 says what is wrong with the others. With no data, look at panels 5 and 22 first.",
    alerts: ["HighMessageProcessingErrorRate", "ServiceDown"],
    queries: [
      {
        legend: "Success Rate",
        expr: expr`100 * sum(rate(websocket_kafka_messages_total{status="success", instance=~"$instance"}[${FIVE_MINUTES}]))
          / (sum(rate(websocket_kafka_messages_total{instance=~"$instance"}[${FIVE_MINUTES}])) > 0)`,
      },
    ],
  },
  {
    id: 2,
    title: "Decode Error Rate",
    kind: "stat",
    unit: "percent",
    grid: { x: 6, y: 0, w: 6, h: 4 },
    steps: worseFrom(1, 5),
    shows: "Share of the records of the last 5 minutes that could not be decoded.",
    act: "a producer speaks another schema or data is damaged: panel 6 has the cause, `dashstream dlq ls` the producers.",
    alerts: ["HighDecodeErrorRate"],
    queries: [
      {
        legend: "Decode Error Rate",
        expr: expr`100 * sum(rate(websocket_decode_errors_total{instance=~"$instance"}[${FIVE_MINUTES}]))
          / (sum(rate(websocket_kafka_messages_total{instance=~"$instance"}[${FIVE_MINUTES}])) > 0)`,
      },
    ],
  },
  {
    id: 3,
    title: "Connected Clients",
    kind: "stat",
    unit: "short",
    grid: { x: 12, y: 0, w: 6, h: 4 },
    steps: [
      { from: 0, color: "blue" },
      { from: 10, color: "green" },
      { from: 100, color: "yellow" },
    ],
    shows: "Open WebSocket connections, of all chosen servers together.",
    act: "a sudden fall: look at disconnects by cause on the alert overview. Rises that nobody expects: at addresses in the log.",
    queries: [{ legend: "Clients", expr: expr`sum(websocket_connected_clients{instance=~"$instance"})` }],
  },
  {
    id: 4,
    title: "E2E Latency (P99)",
    kind: "stat",
    unit: "ms",
    grid: { x: 18, y: 0, w: 6, h: 4 },
    steps: worseFrom(200, 500),
    shows:
      "How late the slowest record in a hundred is after its producer's clock, in the slower of the two stages.",
    act: "panel 19 says which stage: both are slow when Kafka or producers are, only the way to clients when they or the server are.",
    alerts: ["E2ELatencyHigh"],
    queries: [{ legend: "P99 Latency", expr: slowestStage(0.99) }],
  },
];

export const OVERVIEW_LINES: readonly PanelDefinition[] = [
  {
    id: 5,
    title: "Message Rate (Kafka)",
    kind: "timeseries",
    unit: "reqps",
    grid: { x: 0, y: 4, w: 12, h: 6 },
    shows: "Records a second that the server handled: delivered, and failed.",
    act: "if it falls to 0 while producers send, look at lag (quality dashboard, panel 24) and at panel 21; errors are broken down in panel 6.",
    alerts: ["HighMessageProcessingErrorRate"],
    queries: [
      {
        legend: "Success",
        expr: expr`sum(rate(websocket_kafka_messages_total{status="success", instance=~"$instance"}[${ONE_MINUTE}]))`,
      },
      {
        legend: "Error",
        expr: expr`sum(rate(websocket_kafka_messages_total{status="error", instance=~"$instance"}[${ONE_MINUTE}]))`,
      },
    ],
  },
  {
    id: 6,
    title: "Decode Errors by Type",
    kind: "timeseries",
    unit: "reqps",
    grid: { x: 12, y: 4, w: 12, h: 6 },
    shows: "Records a second that failed, by what is wrong with them.",
    act: "schema_mismatch: a producer of another version. payload_too_large: one that sends too much at once. The rest: damaged data.",
    alerts: ["HighDecodeErrorRate", "SchemaVersionMismatch", "OversizedMessage"],
    queries: [
      {
        legend: "{{error_type}}",
        expr: expr`sum by (error_type) (rate(websocket_decode_errors_total{instance=~"$instance"}[${ONE_MINUTE}]))`,
      },
    ],
  },
];
