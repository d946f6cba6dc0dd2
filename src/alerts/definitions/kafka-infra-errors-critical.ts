// The server hardly reaches Kafka: the top tier of three.

import type { AlertDefinition } from "../alert.ts";
import { alertState, by, containerLogs, health, query, SINGLE_VALUE } from "../commands.ts";
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
  runbook: {
    meaning:
      "The server made ten or more failed attempts to talk to Kafka within 5 minutes: to connect, fetch, commit, send a heartbeat or read the lag. It tries again for ever, at most 5 s apart.",
    investigation: [
      {
        say: "The cause.",
        run: query(
          "sum by (error_type) (increase(websocket_kafka_errors_by_type_total[5m]))",
          by("error_type"),
        ),
      },
      {
        say: "What the server says of its connection: `reconnecting`, and a `circuit_breaker` that is `degraded`, while Kafka does not answer.",
        run: health("{status, circuit_breaker, alert}"),
      },
      {
        say: "Whether the broker runs, and what it says.",
        run: [
          "docker ps --filter name=dashstream-kafka",
          containerLogs("dashstream-kafka", 100, "ERROR|WARN|FATAL"),
        ].join("\n"),
      },
      {
        say: "Whether it answers.",
        run: "docker exec dashstream-kafka kafka-broker-api-versions --bootstrap-server localhost:9092 | head -1",
      },
    ],
    causes: [
      "`broker_down`: Kafka is down or refuses connections.",
      "`dns_failure`: wrong `KAFKA_BROKERS`, or name resolution.",
      "`connection_timeout`: the network, or a broker that hangs.",
      "`unknown`: the log has the words; often authentication or access control.",
    ],
    remediation: [
      {
        say: "Bring the broker back.",
        run: "docker restart dashstream-kafka\nsleep 10\ndocker logs dashstream-kafka --tail=50",
      },
      {
        say: "If only the server fails: check its settings, and restart it.",
        run: "docker exec dashstream-websocket-server dashstream config check --strict\ndocker restart dashstream-websocket-server",
      },
    ],
    verification: [
      {
        say: "No more failures.",
        run: query("sum(increase(websocket_infrastructure_errors_total[5m]))", SINGLE_VALUE),
      },
      {
        say: "The state of the alert; it clears 5 minutes after the last failure.",
        run: alertState("KafkaInfraErrorsCritical"),
      },
    ],
    escalateAfter: "> 10 min persistent",
    escalation: "If Kafka does not come back within 10 minutes, those who run it.",
    notes: [
      "If Kafka itself is known to be down, ServiceDown with component `kafka` says so and mutes this alert.",
    ],
  },
  scenarios: ["broker-outage", "broker-restart"],
};
