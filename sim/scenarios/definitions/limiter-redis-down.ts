// Limits per tenant are shared by way of Redis, which goes away.

import { defineScenario } from "../scenario.ts";

export const limiterRedisDown = defineScenario({
  name: "limiter-redis-down",
  summary: "Redis goes away under limits per tenant: each server limits by itself.",
  redis: true,
  env: { TENANT_RATE_LIMIT_PER_SEC: "100", TENANT_RATE_LIMIT_STORE: "redis" },
  faults: [{ fault: "redis-down" }],
  hold: "6m",
  expect: [{ alert: "RateLimiterRedisErrors" }],
});
