// The tier behind the ring goes away.

import { defineScenario } from "../scenario.ts";

export const redisDown = defineScenario({
  name: "redis-down",
  summary: "Redis goes away; the stream goes on, replay falls back to Kafka.",
  redis: true,
  faults: [{ fault: "redis-down" }],
  hold: "8m",
  // The connection to Redis comes back some real seconds later, however fast a drill is.
  settle: "15m",
  expect: [
    { alert: "ServiceDown", labels: { component: "redis" } },
    { alert: "WebSocketRedisErrors" },
    { alert: "ReplayBufferRedisWriteFailures" },
  ],
});
