// Records overtake each other within a thread. The largest count of any component is taken.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0.1);

export const HIGH_REORDER_RATE: AlertDefinition = {
  name: "HighReorderRate",
  group: "dashstream-sequence",
  severity: "medium",
  priority: "P2",
  for: forMinutes(5),
  signals: [
    {
      component: "stream",
      exportedBy: ["websocket-server", "quality-monitor", "stream"],
      expr: expr`max(sum by (job, instance) (rate(dashstream_sequence_reorders_total[${WINDOW}]))) > ${RATE}`,
      summary: text`Records arrive out of order`,
      description: text`{{ $value | humanize }} records a second come later than their sequence number says (threshold ${RATE}), as the component counts that sees most.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  scenarios: ["reorder"],
};
