// Redis answers with an error, by default as one that has no memory left: it refuses to write and can be read.

import { z } from "zod";
import { defineFault } from "./fault.ts";
import { ruleInForce } from "./rule-in-force.ts";
import { need } from "./stage.ts";

/** The usual ones of those that a Redis without memory refuses: flag `denyoom` of its command table. */
const WRITES = [
  ...["SET", "SETEX", "PSETEX", "SETNX", "GETSET", "MSET", "APPEND", "INCR", "INCRBY", "DECR", "DECRBY"],
  ...["HSET", "HMSET", "HINCRBY", "LPUSH", "RPUSH", "SADD", "ZADD", "ZINCRBY", "XADD"],
  ...["EVAL", "EVALSHA", "FCALL"],
] as const;

const ERRORS = {
  oom: "OOM command not allowed when used memory > 'maxmemory'.",
  readonly: "READONLY You can't write against a read only replica.",
  misconf: "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
} as const;

export const redisErrors = defineFault({
  name: "redis-errors",
  area: "redis",
  summary: "Redis refuses to write, as one that has no memory left, and can still be read.",
  params: z.strictObject({
    error: z
      .enum(["oom", "readonly", "misconf"])
      .default("oom")
      .describe("Why: no memory left, a replica that takes no writes, or a disk that cannot be written"),
  }),
  needs: ["redis"],
  raises: ["WebSocketRedisErrors", "ReplayBufferRedisWriteFailures", "RateLimiterRedisErrors"],
  mayRaise: [],
  takes: () => ({ what: "commands that write", from: ["websocket-server"] }),
  async apply(stage, { error }) {
    const redis = need(stage, "redis");
    return ruleInForce(
      ...WRITES.map((name) => redis.control(name, () => ({ kind: "error", error: ERRORS[error] }))),
    );
  },
});
