// Under SEQUENCE_GAP_POLICY=halt a gap has ended delivery of a thread, until somebody resets it.

import type { AlertDefinition } from "../alert.ts";
import { count, forMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const COUNT = count(0);

export const GAP_DETECTED_WITH_HALT: AlertDefinition = {
  name: "GapDetectedWithHalt",
  group: "dashstream-sequence",
  severity: "critical",
  priority: "P0",
  for: forMinutes(0),
  signals: [
    {
      component: "stream",
      exportedBy: ["websocket-server", "quality-monitor", "stream"],
      expr: expr`max(dashstream_sequence_halted_threads) > ${COUNT}`,
      summary: text`Threads are halted because of a gap`,
      description: text`{{ $value | humanize }} threads are not delivered until they are reset. Their records become dead letters of type
        thread_halted meanwhile.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  scenarios: ["sequence-gap-halt"],
};
