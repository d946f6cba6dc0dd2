// New records of the topic are not shown to consumers, who hear only that there are some.

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { GROUP_MEMBERS, need } from "./stage.ts";

/** A few records may lie in any partition, so that one of them alone may have none to stand still with. */
const ALL_PARTITIONS = -1;

export const partitionStall = defineFault({
  name: "partition-stall",
  area: "broker",
  summary: "New records of partitions are not shown to consumers, who hear only that there are some.",
  params: z.strictObject({
    partition: z
      .int()
      .min(ALL_PARTITIONS)
      .default(ALL_PARTITIONS)
      .describe("Number of the partition; -1 = all of the topic"),
  }),
  needs: ["broker"],
  raises: ["KafkaPartitionStale", "KafkaPartitionStaleCritical"],
  mayRaise: [],
  takes: () => ({ what: "requests for records of the topic", from: GROUP_MEMBERS }),
  async apply(stage, { partition }) {
    const { topic } = stage.kafka;
    const filter = partition === ALL_PARTITIONS ? { topic } : { topic, partition };
    return ruleInForce(need(stage, "broker").control("Fetch", () => ({ kind: "withhold" }), filter));
  },
});
