// Checks of limits in Redis take long, and the stream waits for them.

import type { AlertDefinition } from "../alert.ts";
import { alertState, by, query } from "../commands.ts";
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
  runbook: {
    meaning:
      "One check of a limit in twenty takes longer than 20 ms in Redis. The records of a batch wait for their check.",
    investigation: [
      {
        say: "By operation.",
        run: query(
          "histogram_quantile(0.95, sum by (le, operation) (rate(dashstream_rate_limiter_redis_latency_ms_bucket[5m])))",
          by("operation"),
        ),
      },
      {
        say: "What Redis itself measures, from its own machine, for five seconds.",
        run: "docker exec dashstream-redis timeout 5 redis-cli --latency",
      },
      { say: "Its slowest commands.", run: "docker exec dashstream-redis redis-cli slowlog get 10" },
    ],
    causes: [
      "Redis is busy, or far away.",
      "Saving to a slow disk.",
      "One machine that is short of CPU for both.",
    ],
    remediation: [
      { say: "Move Redis nearer, or to a machine of its own." },
      { say: "If the stream suffers: `TENANT_RATE_LIMIT_STORE=local`." },
    ],
    verification: [{ say: "The state of the alert.", run: alertState("RateLimiterRedisHighLatency") }],
    escalateAfter: "> 4 hours persistent",
    escalation: "If it lasts 4 hours, those who run Redis.",
  },
  scenarios: ["limiter-redis-latency"],
};
