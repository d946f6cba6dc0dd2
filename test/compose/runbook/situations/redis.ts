// A Redis that refuses, and one that is slow.

import { BY_REDIS_PROXY, SERVER } from "../site.ts";
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
    await site.redis("config", "set", "maxmemory", "256mb");
    await site.redis("config", "set", "maxmemory-policy", "allkeys-lru");
  },
};

/** A command with more than this writes records; checks of limits are shorter. */
const RECORD_BYTES = 400;

export const redisSlow: Situation = {
  name: "Redis is slow",
  summary: "Redis answers 120 ms late, writes of records 600 ms, of which one may be under way",
  alerts: ["WebSocketRedisHighLatency", "RateLimiterRedisHighLatency", "ReplayBufferRedisWritesDropped"],
  env: { [SERVER]: { ...BY_REDIS_PROXY, REDIS_MAX_CONCURRENT_WRITES: "1" } },
  async arise(site) {
    const bytes = (args: readonly Buffer[]) => args.reduce((sum, arg) => sum + arg.length, 0);
    site.delayRedis(({ args }) => (bytes(args) > RECORD_BYTES ? 600 : 120));
  },
};
