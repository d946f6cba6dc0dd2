// Failed attempts to talk to Kafka add up: the middle tier of three.

import type { AlertDefinition } from "../alert.ts";
import { count, forMinutes, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

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
  scenarios: ["broker-outage"],
};
