// A partition has so many unread records that nothing is live any more.

import type { AlertDefinition } from "../alert.ts";
import { alertState, query, SINGLE_VALUE } from "../commands.ts";
import { count, forMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";
import { KAFKA_CONSUMER_LAG_HIGH } from "./kafka-consumer-lag-high.ts";

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
  runbook: {
    ...KAFKA_CONSUMER_LAG_HIGH.runbook,
    meaning:
      "More than 100,000 records of a partition wait to be read. Nothing is lost yet; what clients see is no longer live, and records may expire before they are read.",
    verification: [
      {
        say: "Once a minute, ten times: the lag must fall.",
        run: `for i in $(seq 10); do\n${query("max(websocket_kafka_consumer_lag)", SINGLE_VALUE)}\nsleep 60; done`,
      },
      { say: "Clears when the lag is below the threshold.", run: alertState("KafkaConsumerLagCritical") },
    ],
    escalateAfter: "> 10 min persistent",
    escalation:
      "If it lasts 10 minutes, the engineer on call. Tell those who watch the stream that it is late.",
  },
  scenarios: ["lag-critical"],
};
