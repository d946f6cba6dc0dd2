// Limits that several processes share in Redis fail, so that each limits by itself.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const RATE_LIMITER_REDIS_ERRORS: AlertDefinition = {
  name: "RateLimiterRedisErrors",
  group: "dashstream-redis",
  severity: "critical",
  priority: "P1",
  priorityReason:
    "Each process goes on limiting by itself: a tenant may get more than its limit, and nothing is lost.",
  for: forMinutes(2),
  signals: [
    {
      component: "redis",
      exportedBy: ["websocket-server", "stream"],
      needsRedis: true,
      expr: expr`sum(rate(dashstream_rate_limiter_redis_errors_total[${WINDOW}])) > ${RATE}`,
      summary: text`The tenants' shared limits in Redis fail`,
      description: text`{{ $value | humanize }} failures of limits in Redis a second. Each process limits by itself meanwhile, so that several may
        together grant more than a tenant's limit.`,
    },
  ],
  dashboard: "dashstream-quality",
  mutes: [],
  explainedBy: ["redis"],
  scenarios: ["limiter-redis-down"],
};
