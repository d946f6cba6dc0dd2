// New records of one partition are not shown to consumers, who hear only that there are some.

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { need } from "./stage.ts";

export const partitionStall = defineFault({
  name: "partition-stall",
  area: "broker",
  summary: "New records of one partition are not shown to consumers, who hear only that there are some.",
  params: z.strictObject({
    partition: z.int().min(0).default(0).describe("Number of the partition"),
  }),
  needs: ["broker"],
  raises: ["KafkaPartitionStale", "KafkaPartitionStaleCritical"],
  mayRaise: [],
  async apply(stage, { partition }) {
    const filter = { topic: stage.kafka.topic, partition };
    return ruleInForce(need(stage, "broker").control("Fetch", () => ({ kind: "withhold" }), filter));
  },
});
