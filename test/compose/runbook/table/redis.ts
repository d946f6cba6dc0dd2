// Blocks that are written for a Redis that refuses or is slow.

import { all, lines, prints, someJson, succeeds } from "../checks.ts";
import { ours, works } from "../entry.ts";
import { redisRefuses, redisSlow } from "../situations/redis.ts";
import { above0Rate, figures, logHas, stateOf } from "./common.ts";

const REFUSES = redisRefuses.name;
const SLOW = redisSlow.name;
const pong = works(all(succeeds, prints(/^PONG$/m)));
const memory = works(all(succeeds, prints(/^maxmemory_policy:noeviction/m), prints("used_memory_human")));
const serverSays = works(logHas(/redis/i));
/**
 * What fails is left alone for some seconds, longer than a window of five: WebSocketRedisErrors comes and goes here, where it
 * lasts with one of five minutes. The others count what goes without Redis meanwhile.
 */
const lasting = ["RateLimiterRedisErrors", "ReplayBufferRedisWriteFailures"];
const restart = all(succeeds, prints(/^dashstream-redis$/m));
/** Over five minutes, in which Redis was fast for the most part. */
const operations = all(
  succeeds,
  someJson(
    "operation that takes its time",
    (row: { readonly operation: string; readonly value: string }) =>
      row.operation !== "" && Number(row.value) > 0,
  ),
);
const slowest = works(succeeds);
const latency = works(all(succeeds, prints(/^\d+ \d+ \d+\.\d+ \d+$/m)));

export const REDIS = [
  ...ours("websocket-redis-errors", REFUSES, {
    Investigation: [works(above0Rate), pong, works(all(succeeds, lines(1))), memory, serverSays],
    Remediation: [works(restart, { cures: lasting })],
    Verification: [stateOf("WebSocketRedisErrors")],
  }),
  ...ours("rate-limiter-redis-errors", REFUSES, {
    Investigation: [works(figures), pong, works(logHas(/redis|limit/i))],
    Remediation: [works(restart)],
    Verification: [stateOf("RateLimiterRedisErrors")],
  }),
  ...ours("replay-buffer-redis-write-failures", REFUSES, {
    Investigation: [
      works(above0Rate),
      works(above0Rate),
      works(all(succeeds, prints(/^PONG$/m), prints(/^maxmemory_policy:noeviction/m))),
      serverSays,
    ],
    Remediation: [works(restart)],
    Verification: [stateOf("ReplayBufferRedisWriteFailures")],
  }),
  ...ours("websocket-redis-high-latency", SLOW, {
    Investigation: [
      works(operations),
      latency,
      slowest,
      works(all(succeeds, prints(/^used_memory:\d+/m), prints("mem_fragmentation_ratio"))),
    ],
    Verification: [stateOf("WebSocketRedisHighLatency")],
  }),
  ...ours("rate-limiter-redis-high-latency", SLOW, {
    Investigation: [works(operations), latency, slowest],
    Verification: [stateOf("RateLimiterRedisHighLatency")],
  }),
  ...ours("replay-buffer-redis-writes-dropped", SLOW, {
    Investigation: [
      works(above0Rate),
      works(above0Rate),
      works(above0Rate),
      works(all(succeeds, prints(/dashstream-redis +\d+\.\d\d% +\d/))),
    ],
    Verification: [stateOf("ReplayBufferRedisWritesDropped")],
  }),
];
