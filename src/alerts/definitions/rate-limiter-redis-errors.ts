// Limits that several processes share in Redis fail, so that each limits by itself.

import type { AlertDefinition } from "../alert.ts";
import { alertState, by, containerLogs, query } from "../commands.ts";
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
  runbook: {
    meaning:
      "Limits per tenant that several processes share in Redis fail. Each process limits by itself meanwhile: N of them may together grant N times a tenant's limit.",
    investigation: [
      {
        say: "What fails. `fallback_to_local` are checks decided without Redis.",
        run: query(
          "sum by (operation) (rate(dashstream_rate_limiter_redis_errors_total[5m]))",
          by("operation"),
        ),
      },
      { say: "Whether Redis answers.", run: "docker exec dashstream-redis redis-cli ping" },
      { say: "What the server says.", run: containerLogs("dashstream-websocket-server", 200, "redis|limit") },
    ],
    causes: [
      "Redis is down, restarting or cannot be reached.",
      "It does not answer within 250 ms: see RateLimiterRedisHighLatency.",
    ],
    remediation: [
      {
        say: "Bring Redis back; the limits go back to it by themselves.",
        run: "docker restart dashstream-redis",
      },
      { say: "If it stays away: `TENANT_RATE_LIMIT_STORE=local`, with each server's share of the limits." },
    ],
    verification: [
      { say: "Clears within 5 minutes after the last error.", run: alertState("RateLimiterRedisErrors") },
    ],
    escalateAfter: "> 30 min persistent",
    escalation: "If it lasts 30 minutes, those who run Redis.",
  },
  scenarios: ["limiter-redis-down"],
};
