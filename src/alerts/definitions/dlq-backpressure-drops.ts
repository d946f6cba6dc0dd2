// Dead letters of services built with the library are dropped for want of a slot: the early tier.

import type { AlertDefinition } from "../alert.ts";
import { alertState } from "../commands.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";
import { DASHSTREAM_DLQ_BACKPRESSURE_DROPS } from "./dashstream-dlq-backpressure-drops.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const DLQ_BACKPRESSURE_DROPS: AlertDefinition = {
  name: "DLQBackpressureDrops",
  group: "dashstream-dead-letters",
  severity: "warning",
  priority: "P2",
  for: forMinutes(1),
  signals: [
    {
      component: "stream",
      exportedBy: ["quality-monitor", "stream"],
      expr: expr`sum(rate(dashstream_dlq_dropped_total[${WINDOW}])) > ${RATE}`,
      summary: text`A library service drops dead letters`,
      description: text`{{ $value | humanize }} dead letters a second are dropped because as many are in flight as may be.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  runbook: {
    ...DASHSTREAM_DLQ_BACKPRESSURE_DROPS.runbook,
    meaning:
      "The dead-letter handler of a service built with the library drops letters for want of a slot. After 5 minutes DashStreamDlqBackpressureDrops tells of the same, and mutes this one.",
    verification: [{ say: "The state of the alert.", run: alertState("DLQBackpressureDrops") }],
    escalateAfter: "if it becomes DashStreamDlqBackpressureDrops",
    escalation: "Not for itself.",
  },
  scenarios: ["library-dlq-saturated"],
};
