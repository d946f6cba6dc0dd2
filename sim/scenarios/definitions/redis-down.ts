// The tier behind the ring goes away.

import { defineScenario } from "../scenario.ts";

export const redisDown = defineScenario({
  name: "redis-down",
  summary: "Redis goes away; the stream goes on, replay falls back to Kafka.",
  redis: true,
  faults: [{ fault: "redis-down" }],
  hold: "8m",
  expect: [
    { alert: "ServiceDown", labels: { component: "redis" } },
    { alert: "WebSocketRedisErrors" },
    { alert: "ReplayBufferRedisWriteFailures" },
  ],
});
