// Redis is slower than the stream.

import { defineScenario } from "../scenario.ts";

export const replayWritesDropped = defineScenario({
  name: "replay-writes-dropped",
  summary: "Redis is so slow that writes find no permit and are dropped from replay, not from the stream.",
  redis: true,
  env: { REDIS_MAX_CONCURRENT_WRITES: "2" },
  faults: [{ fault: "redis-latency", params: { delay_ms: 1500 } }],
  hold: "11m",
  settle: "10m",
  expect: [{ alert: "ReplayBufferRedisWritesDropped" }],
});
