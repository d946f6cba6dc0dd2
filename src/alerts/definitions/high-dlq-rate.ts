// Services built with the library write many dead letters.

import type { AlertDefinition } from "../alert.ts";
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
  scenarios: ["corrupt-payload-monitor"],
};
