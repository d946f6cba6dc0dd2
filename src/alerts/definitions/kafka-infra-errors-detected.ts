// The first failed attempt to talk to Kafka: the early tier of three.

import type { AlertDefinition } from "../alert.ts";
import { alertState } from "../commands.ts";
import { count, forMinutes, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";
import { KAFKA_INFRA_ERRORS_CRITICAL } from "./kafka-infra-errors-critical.ts";

const WINDOW = windowMinutes(5);
const COUNT = count(0);

export const KAFKA_INFRA_ERRORS_DETECTED: AlertDefinition = {
  name: "KafkaInfraErrorsDetected",
  group: "dashstream-kafka",
  severity: "warning",
  priority: "P2",
  for: forMinutes(2),
  signals: [
    {
      component: "kafka",
      exportedBy: ["websocket-server"],
      expr: expr`sum(increase(websocket_infrastructure_errors_total[${WINDOW}])) > ${COUNT}`,
      summary: text`An attempt to talk to Kafka failed`,
      description: text`About {{ $value | humanize }} attempts to connect, fetch, commit, send a heartbeat or read the lag failed in ${WINDOW}.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: ["kafka"],
  runbook: {
    ...KAFKA_INFRA_ERRORS_CRITICAL.runbook,
    meaning:
      "At least one attempt of the server to talk to Kafka failed within 5 minutes. One alone is mended by the next attempt; KafkaInfraErrorsHigh and KafkaInfraErrorsCritical tell of more, and mute this one.",
    verification: [
      {
        say: "The state of the alert; it clears 5 minutes after the last failure.",
        run: alertState("KafkaInfraErrorsDetected"),
      },
    ],
    escalateAfter: "if it becomes KafkaInfraErrorsHigh",
    escalation: "Not for itself.",
  },
  scenarios: ["broker-blip", "broker-outage", "broker-restart"],
};
