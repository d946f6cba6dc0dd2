// Dead letters of services built with the library are dropped for want of a slot, for minutes.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const DASHSTREAM_DLQ_BACKPRESSURE_DROPS: AlertDefinition = {
  name: "DashStreamDlqBackpressureDrops",
  group: "dashstream-dead-letters",
  severity: "high",
  priority: "P1",
  for: forMinutes(5),
  signals: [
    {
      component: "stream",
      exportedBy: ["quality-monitor", "stream"],
      expr: expr`sum(rate(dashstream_dlq_dropped_total[${WINDOW}])) > ${RATE}`,
      summary: text`Library services have dropped dead letters for minutes`,
      description: text`{{ $value | humanize }} dead letters a second are dropped because as many are in flight as may be. The copies of bad records
        are lost for good.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [{ alert: "DLQBackpressureDrops", equal: [] }],
  explainedBy: [],
  scenarios: ["library-dlq-saturated"],
};
