// Partitions stand still, with little in them.

import { defineScenario } from "../scenario.ts";

export const partitionStall = defineScenario({
  name: "partition-stall",
  summary: "Kafka gives no records of the topic any more, though there are some; and then nobody sends any.",
  partitions: 1,
  faults: [
    { fault: "partition-stall" },
    { fault: "idle" },
    { fault: "burst", params: { count: 10 }, after: "5s" },
  ],
  hold: "9m",
  expect: [{ alert: "KafkaPartitionStale" }, { alert: "KafkaPartitionStaleCritical" }],
});
