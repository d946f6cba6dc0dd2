// A partition that is not read though it has records. The age alone grows in every partition that is merely idle.

import type { AlertDefinition, Signal } from "../alert.ts";
import { alertState, by, groupState, kafka, query, SERVER, TOPIC } from "../commands.ts";
import { age, count, forMinutes, type Quantity } from "../quantity.ts";
import { expr, text } from "../template.ts";

/** Of both tiers. */
export function standsStill(oldest: Quantity): Signal {
  return {
    component: "websocket-server",
    exportedBy: ["websocket-server"],
    expr: expr`max by (partition) (
        websocket_kafka_lag_offset_age_seconds > ${oldest}
        and on (job, instance, partition) websocket_kafka_consumer_lag > ${count(0, "lag")}
        )`,
    summary: text`Partition {{ $labels.partition }} stands still with records waiting`,
    description: text`No record of partition {{ $labels.partition }} was handled for {{ $value | humanizeDuration }} (threshold ${oldest}), though
        records wait in it. An idle partition does not raise this.`,
  };
}

export const KAFKA_PARTITION_STALE: AlertDefinition = {
  name: "KafkaPartitionStale",
  group: "dashstream-kafka",
  severity: "high",
  priority: "P1",
  for: forMinutes(2),
  signals: [standsStill(age(120))],
  dashboard: "dashstream-quality",
  mutes: [],
  explainedBy: ["websocket-server", "kafka"],
  runbook: {
    meaning:
      "Nothing of a partition was handled for 2 minutes, though records wait in it. The other partitions may be well, so that the sums look normal.",
    investigation: [
      {
        say: "Age and lag by partition.",
        run: [
          query("websocket_kafka_lag_offset_age_seconds", by("partition")),
          query("websocket_kafka_consumer_lag", by("partition")),
        ].join("\n"),
      },
      {
        say: "Whether it stands still on purpose: at a bad record (`paused`), or for a dead letter (`waiting_for_dead_letters`).",
        run: `docker exec dashstream-websocket-server curl -s ${SERVER}/admin/partitions`,
      },
      {
        say: "Whether it has a leader.",
        run: kafka("kafka-topics", `--describe --topic ${TOPIC}`),
      },
      {
        say: "Who should read it.",
        run: groupState(),
      },
    ],
    causes: [
      "The partition has no leader, or its broker hangs.",
      "It is paused at a bad record (`KAFKA_ON_DECODE_ERROR=pause`).",
      "It waits for a dead letter (`DLQ_FAIL_CLOSED=true`): see WebSocketDlqBroken.",
      "A member of the group hangs and keeps it.",
    ],
    remediation: [
      {
        say: "Paused: look at the dead letter of the bad record, then go on behind it, with the number of the partition.",
        run: `docker exec dashstream-websocket-server curl -s -X POST ${SERVER}/admin/partitions/0/resume`,
      },
      { say: "Without a leader: bring its broker back." },
      {
        say: "Otherwise restart the server, so that the group is formed anew.",
        run: "docker restart dashstream-websocket-server",
      },
    ],
    verification: [{ say: "The state of the alert.", run: alertState("KafkaPartitionStale") }],
    escalateAfter: "> 30 min persistent",
    escalation: "If a restart does not help, those who run Kafka.",
    notes: ["An idle partition has no lag, and raises nothing however old its last record is."],
  },
  scenarios: ["partition-stall"],
};
