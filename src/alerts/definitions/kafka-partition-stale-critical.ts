// A partition that has not been read for minutes though it has records: the top tier of two.

import type { AlertDefinition } from "../alert.ts";
import { age, count, forMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

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
  scenarios: ["partition-stall"],
};
