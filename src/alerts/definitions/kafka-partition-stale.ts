// A partition that is not read though it has records. The age alone grows in every partition that is merely idle.

import type { AlertDefinition } from "../alert.ts";
import { age, count, forMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const AGE = age(120);
const LAG = count(0, "lag");

export const KAFKA_PARTITION_STALE: AlertDefinition = {
  name: "KafkaPartitionStale",
  group: "dashstream-kafka",
  severity: "high",
  priority: "P1",
  for: forMinutes(2),
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
  mutes: [],
  explainedBy: ["websocket-server", "kafka"],
  scenarios: ["partition-stall"],
};
