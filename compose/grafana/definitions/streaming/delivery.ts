// Panels 17 to 21 of the streaming dashboard: Kafka as the server sees it, and how clients keep up.

import { expr } from "../../../../src/alerts/template.ts";
import type { PanelDefinition } from "../dashboard.ts";
import { ONE_MINUTE } from "../expressions.ts";
import { latencyByStage } from "./latency.ts";

export const DELIVERY_PANELS: readonly PanelDefinition[] = [
  {
    id: 17,
    title: "Infrastructure Health",
    kind: "timeseries",
    unit: "reqps",
    grid: { x: 12, y: 32, w: 12, h: 6 },
    shows:
      "Failed attempts to talk to Kafka, bad records from before the start, and records that clients were not sent, a second.",
    act: "infrastructure errors: panel 21 has their cause. Dropped messages: a client is too slow, see panel 18.",
    alerts: ["KafkaInfraErrorsCritical", "HighDroppedMessageRate"],
    queries: [
      {
        legend: "Infrastructure Errors",
        expr: expr`sum(rate(websocket_infrastructure_errors_total{instance=~"$instance"}[${ONE_MINUTE}]))`,
      },
      {
        legend: "Old Data Decode Errors",
        expr: expr`sum(rate(websocket_old_data_decode_errors_total{instance=~"$instance"}[${ONE_MINUTE}]))`,
      },
      {
        legend: "Dropped Messages",
        expr: expr`sum(rate(websocket_dropped_messages_total{instance=~"$instance"}[${ONE_MINUTE}]))`,
      },
    ],
  },
  {
    id: 18,
    title: "Client Lag Events",
    kind: "timeseries",
    unit: "reqps",
    grid: { x: 0, y: 38, w: 12, h: 6 },
    shows:
      "How often a client lost records because it was too far behind, a second: critical from 100 records on, a warning from 10.",
    act: "the log names the client. It was told what it misses; a client that acknowledges, or takes less, stays within its limit.",
    alerts: ["HighDroppedMessageRate"],
    queries: [
      {
        legend: "{{severity}}",
        expr: expr`sum by (severity) (rate(websocket_client_lag_events_total{instance=~"$instance"}[${ONE_MINUTE}]))`,
      },
    ],
  },
  {
    id: 19,
    title: "E2E Latency Distribution",
    kind: "timeseries",
    unit: "ms",
    grid: { x: 12, y: 38, w: 12, h: 6 },
    shows:
      "From the producer's clock to the server (producer_to_consumer) and to clients (producer_to_client). Points lead to traces.",
    act: "both stages slow: Kafka, producers, or their clocks. Only the second: the server or its clients. A trace shows a single record.",
    alerts: ["E2ELatencyHigh"],
    queries: [
      { legend: "P50 {{stage}}", expr: latencyByStage(0.5) },
      { legend: "P90 {{stage}}", expr: latencyByStage(0.9) },
      { legend: "P99 {{stage}}", expr: latencyByStage(0.99), exemplars: true },
    ],
  },
  {
    id: 20,
    title: "Server Uptime",
    kind: "stat",
    unit: "dtdurations",
    grid: { x: 0, y: 44, w: 8, h: 4 },
    steps: [
      { from: 0, color: "yellow" },
      { from: 3600, color: "green" },
    ],
    shows: "How long each server has been running; yellow within its first hour.",
    act: "if nobody restarted it, look at the end of its log before the start, and at limits of memory. No data: it is gone.",
    alerts: ["ServiceDown"],
    queries: [{ legend: "Uptime {{instance}}", expr: expr`websocket_uptime_seconds{instance=~"$instance"}` }],
  },
  {
    id: 21,
    title: "Kafka Errors by Type",
    kind: "timeseries",
    unit: "reqps",
    grid: { x: 8, y: 44, w: 16, h: 4 },
    shows: "Failed attempts of the server to talk to Kafka a second, by cause.",
    act: "broker_down and connection_timeout: look at the broker and the way to it. dns_failure: at names. Nothing is lost meanwhile.",
    alerts: ["KafkaInfraErrorsDetected", "KafkaInfraErrorsHigh", "KafkaInfraErrorsCritical"],
    queries: [
      {
        legend: "{{error_type}}",
        expr: expr`sum by (error_type) (rate(websocket_kafka_errors_by_type_total{instance=~"$instance"}[${ONE_MINUTE}]))`,
      },
    ],
  },
];
