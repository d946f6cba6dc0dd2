// A partition has so many unread records that nothing is live any more.

import type { AlertDefinition } from "../alert.ts";
import { count, forMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const LAG = count(100_000, "lag");

export const KAFKA_CONSUMER_LAG_CRITICAL: AlertDefinition = {
  name: "KafkaConsumerLagCritical",
  group: "dashstream-kafka",
  severity: "critical",
  priority: "P0",
  for: forMinutes(2),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`max(websocket_kafka_consumer_lag) > ${LAG}`,
      summary: text`The server is hopelessly behind Kafka`,
      description: text`{{ $value | humanize }} records wait in the partition that is furthest behind (threshold ${LAG}). What clients see is no
        longer live.`,
    },
  ],
  dashboard: "dashstream-quality",
  mutes: [{ alert: "KafkaConsumerLagHigh", equal: [] }],
  explainedBy: ["websocket-server", "kafka"],
  scenarios: ["lag-critical"],
};
