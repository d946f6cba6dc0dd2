// One partition stands still while others go on.

import { defineScenario } from "../scenario.ts";

export const partitionStall = defineScenario({
  name: "partition-stall",
  summary: "Kafka gives no records of one partition any more, though there are some.",
  faults: [{ fault: "partition-stall", params: { partition: 0 } }],
  hold: "9m",
  expect: [{ alert: "KafkaPartitionStale" }, { alert: "KafkaPartitionStaleCritical" }],
});
