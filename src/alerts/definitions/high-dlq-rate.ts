// Services built with the library write many dead letters.

import type { AlertDefinition } from "../alert.ts";
import { alertState, by, MONITOR_DLQ_TOPIC, query } from "../commands.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0.1);

export const HIGH_DLQ_RATE: AlertDefinition = {
  name: "HighDLQRate",
  group: "dashstream-dead-letters",
  severity: "high",
  priority: "P1",
  for: forMinutes(2),
  signals: [
    {
      component: "stream",
      exportedBy: ["quality-monitor", "stream"],
      expr: expr`sum(rate(dashstream_dlq_sends_total[${WINDOW}])) > ${RATE}`,
      summary: text`Many records become dead letters of library services`,
      description: text`{{ $value | humanize }} dead letters a second (threshold ${RATE}) from services that use the library's handler, such as
        quality-monitor.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  runbook: {
    meaning:
      "More than one record in ten seconds becomes a dead letter of services built with the library, such as quality-monitor. Where the server reads the same topic, each bad record has a letter in both topics.",
    investigation: [
      { say: "Which service.", run: query("sum by (job) (rate(dashstream_dlq_sends_total[5m]))", by("job")) },
      {
        say: "What fails: bad values, bad messages, or the service's own handler.",
        run: query(
          '{__name__=~"dashstream_(invalid_payloads|decode_failures|processing_failures)_total",job="dashstream-quality-monitor"}',
          ".data.result[] | {series: .metric.__name__, value: .value[1]}",
        ),
      },
      { say: "The letters.", run: `dashstream dlq stats --kafka-dlq-topic ${MONITOR_DLQ_TOPIC} --since 1h` },
    ],
    causes: [
      "Those of HighMessageProcessingErrorRate.",
      "`processing_error`: the service's own handler throws.",
    ],
    remediation: [
      { say: "Mend the producer that the letters name, or the handler." },
      { say: "Redrive from one of the two topics only, or records come twice." },
    ],
    verification: [{ say: "The state of the alert.", run: alertState("HighDLQRate") }],
    escalateAfter: "> 30 min persistent",
    escalation: "If it lasts 30 minutes, the owners of the service or of the producer.",
    notes: ["Fires only where a service that uses the handler is scraped."],
  },
  scenarios: ["corrupt-payload"],
};
