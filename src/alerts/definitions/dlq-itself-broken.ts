// Dead letters of services built with the library are given up: the top tier of three on one signal.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const DLQ_ITSELF_BROKEN: AlertDefinition = {
  name: "DLQItselfBroken",
  group: "dashstream-dead-letters",
  severity: "critical",
  priority: "P0",
  for: forMinutes(1),
  signals: [
    {
      component: "stream",
      exportedBy: ["quality-monitor", "stream"],
      expr: expr`sum(rate(dashstream_dlq_send_failures_total[${WINDOW}])) > ${RATE}`,
      summary: text`Library services cannot write dead letters`,
      description: text`{{ $value | humanize }} dead letters a second are given up after their last attempt. The copies of bad records are lost.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [
    { alert: "DashStreamDlqSendFailures", equal: [] },
    { alert: "DLQSendFailures", equal: [] },
  ],
  explainedBy: [],
  scenarios: ["library-dlq-down"],
};
