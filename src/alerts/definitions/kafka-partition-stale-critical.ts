// A partition that has not been read for minutes though it has records: the top tier of two.

import type { AlertDefinition } from "../alert.ts";
import { alertState } from "../commands.ts";
import { age, count, forMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";
import { KAFKA_PARTITION_STALE } from "./kafka-partition-stale.ts";

const AGE = age(300);
const LAG = count(0, "lag");

export const KAFKA_PARTITION_STALE_CRITICAL: AlertDefinition = {
  name: "KafkaPartitionStaleCritical",
  group: "dashstream-kafka",
  severity: "critical",
  priority: "P0",
  for: forMinutes(1),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`max by (partition) (
        websocket_kafka_lag_offset_age_seconds > ${AGE}
        and on (job, instance, partition) websocket_kafka_consumer_lag > ${LAG}
        )`,
      summary: text`Partition {{ $labels.partition }} stands still with records waiting`,
      description: text`No record of partition {{ $labels.partition }} was handled for {{ $value | humanizeDuration }} (threshold ${AGE}), though
        records wait in it. An idle partition does not raise this.`,
    },
  ],
  dashboard: "dashstream-quality",
  mutes: [{ alert: "KafkaPartitionStale", equal: ["partition"] }],
  explainedBy: ["websocket-server", "kafka"],
  runbook: {
    ...KAFKA_PARTITION_STALE.runbook,
    meaning:
      "Nothing of a partition was handled for 5 minutes, though records wait in it. Clients miss everything of its threads.",
    verification: [{ say: "The state of the alert.", run: alertState("KafkaPartitionStaleCritical") }],
    escalateAfter: "> 10 min persistent",
    escalation: "If a restart does not help, those who run Kafka, at once.",
  },
  scenarios: ["partition-stall"],
};
