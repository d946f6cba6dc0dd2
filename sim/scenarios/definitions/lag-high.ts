// The server falls behind by more than ten thousand records.

import { defineScenario } from "../scenario.ts";

export const lagHigh = defineScenario({
  name: "lag-high",
  summary: "A burst meets slow fetches: the server is more than 10,000 records behind.",
  partitions: 1,
  faults: [{ fault: "fetch-throttle" }, { fault: "burst", params: { count: 36000 } }],
  hold: "7m",
  expect: [{ alert: "KafkaConsumerLagHigh" }],
});
