// Dead letters of services built with the library are given up, for minutes: no single event.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";
import { DLQ_ITSELF_BROKEN } from "./dlq-itself-broken.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const DASHSTREAM_DLQ_SEND_FAILURES: AlertDefinition = {
  name: "DashStreamDlqSendFailures",
  group: "dashstream-dead-letters",
  severity: "high",
  priority: "P1",
  for: forMinutes(5),
  signals: [
    {
      component: "stream",
      exportedBy: ["quality-monitor", "stream"],
      expr: expr`sum(rate(dashstream_dlq_send_failures_total[${WINDOW}])) > ${RATE}`,
      summary: text`Library services have failed to write dead letters for minutes`,
      description: text`{{ $value | humanize }} dead letters a second are given up, and have been for longer than ${WINDOW}.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [{ alert: "DLQSendFailures", equal: [] }],
  explainedBy: [],
  runbook: {
    ...DLQ_ITSELF_BROKEN.runbook,
    meaning:
      "Dead letters of services built with the library have been given up for longer than 5 minutes: no single event. DLQItselfBroken tells of the same sooner and louder, and mutes this one.",
    escalateAfter: "> 15 min persistent",
    escalation:
      "As DLQItselfBroken, which should be firing too. If it is not, somebody has raised its threshold.",
  },
  scenarios: ["library-dlq-down"],
};
