// Clients so far behind that no replay tier has what they need.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const HIGH_DROPPED_MESSAGE_RATE: AlertDefinition = {
  name: "HighDroppedMessageRate",
  group: "dashstream-clients",
  severity: "high",
  priority: "P1",
  for: forMinutes(2),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`sum(rate(websocket_dropped_messages_total{reason="lagged_receiver"}[${WINDOW}])) > ${RATE}`,
      summary: text`Slow clients lose records`,
      description: text`{{ $value | humanize }} records a second are not sent to clients that fell too far behind. Each such client was told its gap.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: ["websocket-server"],
  scenarios: ["slow-client"],
};
