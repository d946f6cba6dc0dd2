// The server falls behind by more than a hundred thousand records.

import { defineScenario } from "../scenario.ts";

export const lagCritical = defineScenario({
  name: "lag-critical",
  summary: "A large burst meets slow fetches: the server is more than 100,000 records behind.",
  partitions: 1,
  faults: [{ fault: "fetch-throttle" }, { fault: "burst", params: { count: 105000 } }],
  hold: "7m",
  expect: [{ alert: "KafkaConsumerLagCritical" }, { alert: "KafkaConsumerLagHigh" }],
});
