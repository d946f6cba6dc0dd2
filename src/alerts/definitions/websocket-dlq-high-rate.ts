// The server writes many dead letters.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0.1);

export const WEBSOCKET_DLQ_HIGH_RATE: AlertDefinition = {
  name: "WebSocketDlqHighRate",
  group: "dashstream-dead-letters",
  severity: "high",
  priority: "P1",
  for: forMinutes(2),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`sum(rate(websocket_dlq_sends_total[${WINDOW}])) > ${RATE}`,
      summary: text`Many records become dead letters of the server`,
      description: text`{{ $value | humanize }} dead letters a second (threshold ${RATE}).`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  scenarios: ["corrupt-payload"],
};
