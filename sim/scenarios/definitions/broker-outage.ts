// Kafka is away for longer than a restart takes.

import { defineScenario } from "../scenario.ts";

export const brokerOutage = defineScenario({
  name: "broker-outage",
  summary: "Kafka is away; every component retries, and says so.",
  faults: [{ fault: "broker-outage" }],
  hold: "4m",
  settle: "12m",
  expect: [
    { alert: "ServiceDown", labels: { component: "kafka" } },
    { alert: "KafkaInfraErrorsDetected" },
    { alert: "KafkaInfraErrorsHigh" },
    { alert: "KafkaInfraErrorsCritical" },
  ],
});
