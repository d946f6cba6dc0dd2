// The server writes many dead letters.

import type { AlertDefinition } from "../alert.ts";
import { alertState, by, containerLogs, deadLetters, query, SERVER_DLQ_TOPIC } from "../commands.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0.1);

export const WEBSOCKET_DLQ_HIGH_RATE: AlertDefinition = {
  name: "WebSocketDlqHighRate",
  group: "dashstream-dead-letters",
  severity: "high",
  priority: "P1",
  for: forMinutes(2),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`sum(rate(websocket_dlq_sends_total[${WINDOW}])) > ${RATE}`,
      summary: text`Many records become dead letters of the server`,
      description: text`{{ $value | humanize }} dead letters a second (threshold ${RATE}).`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  runbook: {
    meaning:
      "More than one record in ten seconds becomes a dead letter of the server. Writing them works; the records are the problem.",
    investigation: [
      {
        say: "By what is wrong with them.",
        run: query("sum by (error_type) (rate(websocket_dlq_sends_total[5m]))", by("error_type")),
      },
      {
        say: "The oldest thousand letters by type. `dashstream dlq stats --since 1h` counts the newest, and tenants and hours.",
        run: `${deadLetters(SERVER_DLQ_TOPIC, 1000, ".error_type")} | sort | uniq -c | sort -rn`,
      },
      {
        say: "Whether a producer complains.",
        run: containerLogs("dashstream-quality-monitor", 100, "ERROR"),
      },
    ],
    causes: [
      "Those of HighMessageProcessingErrorRate.",
      "`thread_halted`: halted threads; see GapDetectedWithHalt.",
    ],
    remediation: [
      { say: "Find the common tenant, thread or type in the letters, and stop or mend its producer." },
      {
        say: "If a new message format is meant to come, deploy the server that understands it, then redrive.",
        run: "dashstream dlq redrive --since 1h",
      },
    ],
    verification: [{ say: "The state of the alert.", run: alertState("WebSocketDlqHighRate") }],
    escalateAfter: "> 30 min persistent",
    escalation: "If it lasts 30 minutes, the owners of the producer that the letters name.",
  },
  scenarios: ["corrupt-payload"],
};
