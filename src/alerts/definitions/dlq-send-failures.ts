// The first dead letter that a service built with the library gives up: the early tier.

import type { AlertDefinition } from "../alert.ts";
import { count, forMinutes, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const COUNT = count(0);

export const DLQ_SEND_FAILURES: AlertDefinition = {
  name: "DLQSendFailures",
  group: "dashstream-dead-letters",
  severity: "warning",
  priority: "P2",
  for: forMinutes(0),
  signals: [
    {
      component: "stream",
      exportedBy: ["quality-monitor", "stream"],
      expr: expr`sum(increase(dashstream_dlq_send_failures_total[${WINDOW}])) > ${COUNT}`,
      summary: text`A library service failed to write a dead letter`,
      description: text`About {{ $value | humanize }} dead letters in ${WINDOW} were given up after their last attempt.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  scenarios: ["library-dlq-down"],
};
