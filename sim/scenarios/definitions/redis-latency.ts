// Redis answers, but late.

import { defineScenario } from "../scenario.ts";

export const redisLatency = defineScenario({
  name: "redis-latency",
  summary: "Redis answers late enough to slow replay down, not late enough to fail.",
  redis: true,
  faults: [{ fault: "redis-latency", params: { delay_ms: 400 } }],
  hold: "11m",
  expect: [{ alert: "WebSocketRedisHighLatency" }],
});
