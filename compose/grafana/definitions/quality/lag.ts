// Panels 24 to 26 of the quality dashboard: how far the server is behind, which the runbook sends people to.

import { expr } from "../../../../src/alerts/template.ts";
import type { PanelDefinition, Step } from "../dashboard.ts";
import { FIVE_MINUTES, ONE_MINUTE } from "../expressions.ts";
import { worseFrom } from "../steps.ts";

const LAG: readonly Step[] = worseFrom(10_000, 100_000);

export const LAG_PANELS: readonly PanelDefinition[] = [
  {
    id: 24,
    title: "Kafka Consumer Lag by Partition (M-428)",
    kind: "timeseries",
    unit: "short",
    grid: { x: 0, y: 54, w: 12, h: 6 },
    steps: LAG,
    shows:
      "Records of each partition that wait to be read, by the server that is furthest behind, and the largest of these numbers.",
    act: "one partition alone: a hot key, or a partition that stands still. All of them: the server is too slow or has just begun.",
    alerts: [
      "KafkaConsumerLagHigh",
      "KafkaConsumerLagCritical",
      "KafkaPartitionStale",
      "KafkaPartitionStaleCritical",
    ],
    queries: [
      { legend: "Partition {{partition}}", expr: expr`max by (partition) (websocket_kafka_consumer_lag)` },
      { legend: "Max (all partitions)", expr: expr`max(websocket_kafka_consumer_lag)` },
    ],
  },
  {
    id: 25,
    title: "Consumer Lag Stats",
    kind: "stat",
    unit: "short",
    grid: { x: 12, y: 54, w: 6, h: 6 },
    steps: LAG,
    shows: "The largest lag of a partition, now.",
    act: "panel 26 says whether it grows. While it falls, waiting is enough; while it grows, follow the page.",
    alerts: ["KafkaConsumerLagHigh", "KafkaConsumerLagCritical"],
    queries: [{ legend: "Max Lag", expr: expr`max(websocket_kafka_consumer_lag)` }],
  },
  {
    id: 26,
    title: "Consumer Lag Rate of Change",
    kind: "timeseries",
    unit: "short",
    grid: { x: 18, y: 54, w: 6, h: 6 },
    steps: [
      { from: -1000, color: "green" },
      { from: 0, color: "yellow" },
      { from: 1000, color: "red" },
    ],
    shows: "By how many records a second the largest lag grows; below 0 the server catches up.",
    act: "above 0 for long, more comes than is read: add servers up to the number of partitions, or find what holds the server up.",
    alerts: ["KafkaConsumerLagHigh"],
    queries: [
      {
        legend: "Lag change/sec",
        expr: expr`deriv(max(websocket_kafka_consumer_lag)[${FIVE_MINUTES}:${ONE_MINUTE}])`,
      },
    ],
  },
];
