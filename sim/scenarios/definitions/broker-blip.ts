// Kafka is away for a moment: worth knowing, not worth waking anybody.

import { defineScenario } from "../scenario.ts";

export const brokerBlip = defineScenario({
  name: "broker-blip",
  summary: "Kafka is away for two seconds, as when a broker fails over: a few errors, and no emergency.",
  faults: [{ fault: "broker-outage", for: "2s" }],
  hold: "4m",
  expect: [{ alert: "KafkaInfraErrorsDetected" }, { alert: "KafkaInfraErrorsHigh" }],
});
