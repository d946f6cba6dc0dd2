// A producer writes values beyond the size limit.

import type { AlertDefinition } from "../alert.ts";
import { count, forMinutes, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const COUNT = count(0);

export const OVERSIZED_MESSAGE: AlertDefinition = {
  name: "OversizedMessage",
  group: "dashstream-records",
  severity: "warning",
  priority: "P2",
  for: forMinutes(1),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`sum(increase(websocket_decode_errors_total{error_type="payload_too_large"}[${WINDOW}])) > ${COUNT}`,
      summary: text`Records are larger than the limit`,
      description: text`About {{ $value | humanize }} records in ${WINDOW} are larger than WEBSOCKET_MAX_PAYLOAD_BYTES (1 MiB unless changed). They
        became dead letters without their payload.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  scenarios: ["oversized"],
};
