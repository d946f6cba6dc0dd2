// Failed attempts to talk to Kafka add up: the middle tier of three.

import type { AlertDefinition } from "../alert.ts";
import { alertState } from "../commands.ts";
import { count, forMinutes, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";
import { KAFKA_INFRA_ERRORS_CRITICAL } from "./kafka-infra-errors-critical.ts";

const WINDOW = windowMinutes(5);
const COUNT = count(5);

export const KAFKA_INFRA_ERRORS_HIGH: AlertDefinition = {
  name: "KafkaInfraErrorsHigh",
  group: "dashstream-kafka",
  severity: "high",
  priority: "P1",
  for: forMinutes(2),
  signals: [
    {
      component: "kafka",
      exportedBy: ["websocket-server"],
      expr: expr`sum(increase(websocket_infrastructure_errors_total[${WINDOW}])) >= ${COUNT}`,
      summary: text`Attempts to talk to Kafka fail`,
      description: text`About {{ $value | humanize }} attempts to connect, fetch, commit, send a heartbeat or read the lag failed in ${WINDOW} (threshold
        ${COUNT}).`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [{ alert: "KafkaInfraErrorsDetected", equal: [] }],
  explainedBy: ["kafka"],
  runbook: {
    ...KAFKA_INFRA_ERRORS_CRITICAL.runbook,
    meaning:
      "The server made five or more failed attempts to talk to Kafka within 5 minutes. From ten on KafkaInfraErrorsCritical tells of it, and mutes this one.",
    verification: [
      {
        say: "The state of the alert; it clears 5 minutes after the failures.",
        run: alertState("KafkaInfraErrorsHigh"),
      },
    ],
    escalateAfter: "> 30 min persistent",
    escalation: "If it lasts 30 minutes, those who run Kafka or the network.",
  },
  scenarios: ["broker-blip", "broker-outage", "broker-restart"],
};
