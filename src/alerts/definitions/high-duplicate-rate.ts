// Records repeat sequence numbers. Several components count the same record, so the largest count is taken.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0.1);

export const HIGH_DUPLICATE_RATE: AlertDefinition = {
  name: "HighDuplicateRate",
  group: "dashstream-sequence",
  severity: "medium",
  priority: "P2",
  for: forMinutes(5),
  signals: [
    {
      component: "stream",
      exportedBy: ["websocket-server", "quality-monitor", "stream"],
      expr: expr`max(sum by (job, instance) (rate(dashstream_sequence_duplicates_total[${WINDOW}]))) > ${RATE}`,
      summary: text`Records arrive more than once`,
      description: text`{{ $value | humanize }} records a second repeat a sequence number of their thread (threshold ${RATE}), as the component counts that sees most.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  scenarios: ["duplicate"],
};
