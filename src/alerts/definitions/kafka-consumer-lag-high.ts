// A partition has more unread records than clients should wait for.

import type { AlertDefinition } from "../alert.ts";
import { count, forMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const LAG = count(10_000, "lag");

export const KAFKA_CONSUMER_LAG_HIGH: AlertDefinition = {
  name: "KafkaConsumerLagHigh",
  group: "dashstream-kafka",
  severity: "high",
  priority: "P1",
  for: forMinutes(5),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`max(websocket_kafka_consumer_lag) > ${LAG}`,
      summary: text`The server is behind Kafka`,
      description: text`{{ $value | humanize }} records wait in the partition that is furthest behind (threshold ${LAG}). Clients see the past.`,
    },
  ],
  dashboard: "dashstream-quality",
  mutes: [],
  explainedBy: ["websocket-server", "kafka"],
  scenarios: ["lag-high", "lag-critical"],
};
