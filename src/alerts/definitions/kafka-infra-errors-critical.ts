// The server hardly reaches Kafka: the top tier of three.

import type { AlertDefinition } from "../alert.ts";
import { count, forMinutes, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const COUNT = count(10);

export const KAFKA_INFRA_ERRORS_CRITICAL: AlertDefinition = {
  name: "KafkaInfraErrorsCritical",
  group: "dashstream-kafka",
  severity: "critical",
  priority: "P0",
  for: forMinutes(2),
  signals: [
    {
      component: "kafka",
      exportedBy: ["websocket-server"],
      expr: expr`sum(increase(websocket_infrastructure_errors_total[${WINDOW}])) >= ${COUNT}`,
      summary: text`The server hardly reaches Kafka`,
      description: text`About {{ $value | humanize }} attempts to connect, fetch, commit, send a heartbeat or read the lag failed in ${WINDOW} (threshold
        ${COUNT}).`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [
    { alert: "KafkaInfraErrorsHigh", equal: [] },
    { alert: "KafkaInfraErrorsDetected", equal: [] },
  ],
  explainedBy: ["kafka"],
  scenarios: ["broker-outage"],
};
