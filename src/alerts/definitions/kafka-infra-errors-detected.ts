// The first failed attempt to talk to Kafka: the early tier of three.

import type { AlertDefinition } from "../alert.ts";
import { count, forMinutes, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

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
  scenarios: ["broker-outage"],
};
