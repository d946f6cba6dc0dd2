// Writes of the replay tier to Redis fail or take too long.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const REPLAY_BUFFER_REDIS_WRITE_FAILURES: AlertDefinition = {
  name: "ReplayBufferRedisWriteFailures",
  group: "dashstream-redis",
  severity: "high",
  priority: "P1",
  for: forMinutes(5),
  signals: [
    {
      component: "redis",
      exportedBy: ["websocket-server"],
      needsRedis: true,
      expr: expr`sum(rate(replay_buffer_redis_write_failures_total[${WINDOW}])) > ${RATE}`,
      summary: text`Writes to Redis fail`,
      description: text`{{ $value | humanize }} records a second are not written to Redis because of errors, no answer within 2 s, or no connection.
        Replays read them from Kafka.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: ["redis"],
  scenarios: ["replay-write-failures"],
};
