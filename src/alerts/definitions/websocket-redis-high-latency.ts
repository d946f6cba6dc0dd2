// Operations of the replay tier on Redis succeed, and take long.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, latency, share, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const QUANTILE = share(0.95, "quantile");
const LATENCY = latency(100);

export const WEBSOCKET_REDIS_HIGH_LATENCY: AlertDefinition = {
  name: "WebSocketRedisHighLatency",
  group: "dashstream-redis",
  severity: "warning",
  priority: "P2",
  for: forMinutes(5),
  signals: [
    {
      component: "redis",
      exportedBy: ["websocket-server"],
      needsRedis: true,
      expr: expr`histogram_quantile(${QUANTILE}, sum by (le) (rate(dashstream_websocket_redis_latency_ms_bucket[${WINDOW}])))
        > ${LATENCY}`,
      summary: text`Redis answers the replay tier slowly`,
      description: text`The 95th percentile of operations on Redis is {{ $value | humanize }} ms (threshold ${LATENCY}).`,
    },
  ],
  dashboard: "dashstream-quality",
  mutes: [],
  explainedBy: ["redis"],
  scenarios: ["redis-latency"],
};
