// Writes of the replay tier get no permit: Redis is slower than the stream.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const REPLAY_BUFFER_REDIS_WRITES_DROPPED: AlertDefinition = {
  name: "ReplayBufferRedisWritesDropped",
  group: "dashstream-redis",
  severity: "high",
  priority: "P1",
  for: forMinutes(5),
  signals: [
    {
      component: "redis",
      exportedBy: ["websocket-server"],
      needsRedis: true,
      expr: expr`sum(rate(replay_buffer_redis_write_dropped_total[${WINDOW}])) > ${RATE}`,
      summary: text`Redis is too slow for the stream`,
      description: text`{{ $value | humanize }} records a second are not written to Redis because no write permit was free within 50 ms. Replays read
        them from Kafka.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: ["redis"],
  scenarios: ["replay-writes-dropped"],
};
