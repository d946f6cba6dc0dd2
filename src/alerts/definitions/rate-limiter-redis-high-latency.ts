// Checks of limits in Redis take long, and the stream waits for them.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, latency, share, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const QUANTILE = share(0.95, "quantile");
const LATENCY = latency(20);

export const RATE_LIMITER_REDIS_HIGH_LATENCY: AlertDefinition = {
  name: "RateLimiterRedisHighLatency",
  group: "dashstream-redis",
  severity: "warning",
  priority: "P2",
  for: forMinutes(5),
  signals: [
    {
      component: "redis",
      exportedBy: ["websocket-server", "stream"],
      needsRedis: true,
      expr: expr`histogram_quantile(${QUANTILE}, sum by (le) (rate(dashstream_rate_limiter_redis_latency_ms_bucket[${WINDOW}])))
        > ${LATENCY}`,
      summary: text`Redis answers the tenants' limits slowly`,
      description: text`The 95th percentile of checks in Redis is {{ $value | humanize }} ms (threshold ${LATENCY}). Each batch of records waits for its
        check.`,
    },
  ],
  dashboard: "dashstream-quality",
  mutes: [],
  explainedBy: ["redis"],
  scenarios: ["limiter-redis-latency"],
};
