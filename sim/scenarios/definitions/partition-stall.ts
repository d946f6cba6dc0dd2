// Partitions stand still, with little in them.

import { defineScenario } from "../scenario.ts";

export const partitionStall = defineScenario({
  name: "partition-stall",
  summary: "Kafka gives no records of the topic any more, though there are some; and then nobody sends any.",
  partitions: 1,
  faults: [
    { fault: "partition-stall" },
    { fault: "idle" },
    // A fetch that was under way before would still get them, and waits a quarter of a second, also where a minute is a second.
    { fault: "burst", params: { count: 10 }, after: "1m" },
  ],
  hold: "9m",
  expect: [{ alert: "KafkaPartitionStale" }, { alert: "KafkaPartitionStaleCritical" }],
});
