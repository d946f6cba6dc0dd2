// Numbers of a thread are missing for good: records were lost before they reached a consumer.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const SEQUENCE_GAPS_DETECTED: AlertDefinition = {
  name: "SequenceGapsDetected",
  group: "dashstream-sequence",
  severity: "critical",
  priority: "P0",
  for: forMinutes(2),
  signals: [
    {
      component: "stream",
      exportedBy: ["websocket-server", "quality-monitor", "stream"],
      expr: expr`sum(rate(dashstream_sequence_gaps_total[${WINDOW}])) > ${RATE}`,
      summary: text`Records are missing between producer and consumer`,
      description: text`{{ $value | humanize }} gaps a second in the sequence numbers of threads. Records were produced that no consumer has
        seen.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  scenarios: ["sequence-gap", "sequence-gap-halt"],
};
