// The streaming dashboard: the way of records from Kafka to clients, and everything it depends on.

import { CRITICAL_ALERTS, DEPLOYMENTS } from "../annotations.ts";
import type { DashboardDefinition, VariableDefinition } from "../dashboard.ts";
import { ABSENCE_PANELS } from "./absence.ts";
import { DEAD_LETTER_PANELS } from "./dead-letters.ts";
import { DELIVERY_PANELS } from "./delivery.ts";
import { OVERVIEW_LINES, OVERVIEW_STATS } from "./overview.ts";
import { SEQUENCE_PANELS } from "./sequence.ts";
import { TIER_PANELS } from "./tiers.ts";

/** Servers; series of the library come from other instances and are not chosen by it. */
const INSTANCE: VariableDefinition = {
  name: "instance",
  label: "Server",
  query: "label_values(websocket_uptime_seconds, instance)",
  all: ".*",
};

export const STREAMING: DashboardDefinition = {
  file: "streaming_metrics_dashboard",
  uid: "dashflow-streaming",
  title: "DashFlow Streaming - Infrastructure Monitoring",
  description: "The way of records from Kafka to clients, and what it depends on.",
  tags: ["dashflow", "streaming", "kafka", "websocket", "infrastructure"],
  range: "1h",
  variables: [INSTANCE],
  annotations: [DEPLOYMENTS, CRITICAL_ALERTS],
  rows: [],
  panels: [
    ...OVERVIEW_STATS,
    ...OVERVIEW_LINES,
    ...SEQUENCE_PANELS,
    ...DEAD_LETTER_PANELS,
    ...TIER_PANELS,
    ...DELIVERY_PANELS,
    ...ABSENCE_PANELS,
  ],
};
