// A Redis that refuses, and one that is slow.

import { REDIS } from "../site.ts";
import type { Situation } from "../situation.ts";

export const redisRefuses: Situation = {
  name: "Redis refuses writes",
  summary: "Redis has no memory left, and its policy refuses writes",
  alerts: ["WebSocketRedisErrors", "RateLimiterRedisErrors", "ReplayBufferRedisWriteFailures"],
  async arise(site) {
    await site.redis("config", "set", "maxmemory-policy", "noeviction");
    await site.redis("config", "set", "maxmemory", "1mb");
  },
  async end(site) {
    await site.stack.restart(REDIS);
  },
};

export const redisSlow: Situation = {
  name: "Redis is slow",
  summary: "Redis answers 180 ms late",
  alerts: ["WebSocketRedisHighLatency", "RateLimiterRedisHighLatency", "ReplayBufferRedisWritesDropped"],
  async arise(site) {
    await site.break("redis-latency", { delay_ms: 180 });
  },
};
