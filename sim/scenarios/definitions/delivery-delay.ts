// Records are late when they reach Kafka.

import { defineScenario } from "../scenario.ts";

export const deliveryDelay = defineScenario({
  name: "delivery-delay",
  summary: "Records reach Kafka 800 ms after they were made.",
  faults: [{ fault: "delivery-delay", params: { delay_ms: 800 } }],
  hold: "8m",
  expect: [{ alert: "E2ELatencyHigh" }],
});
