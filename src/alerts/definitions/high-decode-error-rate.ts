// Many records fail to decode: fires sooner than HighMessageProcessingErrorRate, at a higher share.

import type { AlertDefinition } from "../alert.ts";
import { constant, forMinutes, share, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const SHARE = share(0.05);

export const HIGH_DECODE_ERROR_RATE: AlertDefinition = {
  name: "HighDecodeErrorRate",
  group: "dashstream-records",
  severity: "high",
  priority: "P1",
  for: forMinutes(2),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`sum(rate(websocket_decode_errors_total[${WINDOW}]))
        / clamp_min(sum(rate(websocket_kafka_messages_total[${WINDOW}])), ${constant(1e-9)}) > ${SHARE}`,
      summary: text`Records cannot be decoded`,
      description: text`{{ $value | humanizePercentage }} of the records cannot be decoded (threshold ${SHARE}). A producer with another schema, or
        damaged data.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: ["websocket-server"],
  scenarios: ["corrupt-payload"],
};
