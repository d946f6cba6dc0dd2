// The first dead letter that a service built with the library gives up: the early tier.

import type { AlertDefinition } from "../alert.ts";
import { count, forMinutes, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";
import { DLQ_ITSELF_BROKEN } from "./dlq-itself-broken.ts";

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
  runbook: {
    ...DLQ_ITSELF_BROKEN.runbook,
    meaning:
      "A service built with the library has given up a dead letter. One alone may be a hiccup; the alert clears 5 minutes after the last. DLQItselfBroken and DashStreamDlqSendFailures tell of the same if it goes on, and mute this one.",
    escalateAfter: "if it becomes DLQItselfBroken",
    escalation: "Not for itself.",
  },
  scenarios: ["library-dlq-down", "library-dlq-few"],
};
