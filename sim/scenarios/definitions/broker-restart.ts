// Kafka is away for about as long as a restart takes.

import { defineScenario } from "../scenario.ts";

export const brokerRestart = defineScenario({
  name: "broker-restart",
  summary:
    "Kafka is away for fifteen seconds: dozens of errors, though not hundreds, and nobody calls it down.",
  faults: [{ fault: "broker-outage", for: "15s" }],
  hold: "4m",
  expect: [
    { alert: "KafkaInfraErrorsDetected" },
    { alert: "KafkaInfraErrorsHigh" },
    { alert: "KafkaInfraErrorsCritical" },
  ],
});
