// A producer writes another schema version than the server accepts.

import type { AlertDefinition } from "../alert.ts";
import { alertState, containerLogs, deadLetters, SERVER_DLQ_TOPIC, withVariable } from "../commands.ts";
import { count, forMinutes, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const COUNT = count(0);

export const SCHEMA_VERSION_MISMATCH: AlertDefinition = {
  name: "SchemaVersionMismatch",
  group: "dashstream-records",
  severity: "warning",
  priority: "P2",
  for: forMinutes(1),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`sum(increase(websocket_decode_errors_total{error_type="schema_mismatch"}[${WINDOW}])) > ${COUNT}`,
      summary: text`Records have an incompatible schema version`,
      description: text`About {{ $value | humanize }} records in ${WINDOW} have a schema version that this server does not accept. They became dead
        letters of type schema_mismatch.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  runbook: {
    meaning:
      "A producer writes a schema version that this server's policy does not accept. The records are whole; clients do not get them.",
    investigation: [
      {
        say: "The records, the newest first, with tenant and thread.",
        run: "dashstream dlq ls --type schema_mismatch --since 1h",
      },
      {
        say: "Their letters as they are, among the oldest thousand.",
        run: deadLetters(SERVER_DLQ_TOPIC, 1000, 'select(.error_type == "schema_mismatch")'),
      },
      {
        say: "What the server accepts.",
        run: containerLogs("dashstream-websocket-server", 1000, "schema version"),
      },
    ],
    causes: ["Producers were upgraded before the server, or the server before its producers."],
    remediation: [
      {
        say: "Finish the rolling upgrade, or accept the other version meanwhile: `forward` takes newer versions too, `backward` older ones. It holds until the container is made anew; in `.env` it stays.",
        run: withVariable("SCHEMA_COMPATIBILITY", "forward"),
      },
      {
        say: "Then send the records back; without `--execute` it only says what it would do.",
        run: "dashstream dlq redrive --type schema_mismatch --since 1d",
      },
    ],
    verification: [
      {
        say: "The state of the alert; it clears 5 minutes after the last such record.",
        run: alertState("SchemaVersionMismatch"),
      },
    ],
    escalateAfter: "> 1 day",
    escalation: "If the upgrade cannot be finished within a day, the owners of the producers.",
  },
  scenarios: ["schema-mismatch"],
};
