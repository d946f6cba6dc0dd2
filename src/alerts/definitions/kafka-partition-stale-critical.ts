// A partition that has not been read for minutes though it has records: the top tier of two.

import type { AlertDefinition } from "../alert.ts";
import { alertState } from "../commands.ts";
import { age, forMinutes } from "../quantity.ts";
import { KAFKA_PARTITION_STALE, standsStill } from "./kafka-partition-stale.ts";

export const KAFKA_PARTITION_STALE_CRITICAL: AlertDefinition = {
  name: "KafkaPartitionStaleCritical",
  group: "dashstream-kafka",
  severity: "critical",
  priority: "P0",
  for: forMinutes(1),
  signals: [standsStill(age(300))],
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
