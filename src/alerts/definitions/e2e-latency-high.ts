// The 99th percentile of the way from the producer, in its slower stage. The window is short, so that a deploy of a
// minute does not page.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, latency, share, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(2);
const QUANTILE = share(0.99, "quantile");
const LATENCY = latency(500);

export const E2E_LATENCY_HIGH: AlertDefinition = {
  name: "E2ELatencyHigh",
  group: "dashstream-clients",
  severity: "medium",
  priority: "P2",
  for: forMinutes(5),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`max(histogram_quantile(${QUANTILE}, sum by (le, stage) (rate(websocket_e2e_latency_ms_bucket[${WINDOW}]))))
        > ${LATENCY}`,
      summary: text`Records reach clients late`,
      description: text`The slowest percent of the records takes more than {{ $value | humanize }} ms from its producer to the server or its clients
        (threshold ${LATENCY}).`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: ["websocket-server"],
  scenarios: ["delivery-delay"],
};
