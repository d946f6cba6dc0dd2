// Limits per tenant are shared by way of Redis, which is slow.

import { defineScenario } from "../scenario.ts";

export const limiterRedisLatency = defineScenario({
  name: "limiter-redis-latency",
  summary: "Redis answers the limiter late.",
  redis: true,
  env: { TENANT_RATE_LIMIT_PER_SEC: "100", TENANT_RATE_LIMIT_STORE: "redis" },
  faults: [{ fault: "redis-latency", params: { delay_ms: 60 } }],
  hold: "11m",
  expect: [{ alert: "RateLimiterRedisHighLatency" }],
});
