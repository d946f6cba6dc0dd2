// Writes of the replay tier to Redis fail or take too long.

import type { AlertDefinition } from "../alert.ts";
import { alertState, containerLogs, query, SINGLE_VALUE } from "../commands.ts";
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
  runbook: {
    meaning:
      "Writes to Redis fail, or take longer than 2 s. Clients lose nothing; replays read those records from Kafka.",
    investigation: [
      {
        say: "Records a second that were not written.",
        run: query("sum(rate(replay_buffer_redis_write_failures_total[5m]))", SINGLE_VALUE),
      },
      {
        say: "Errors of any operation.",
        run: query("sum(rate(dashstream_websocket_redis_errors_total[5m]))", SINGLE_VALUE),
      },
      {
        say: "Whether Redis answers, and has memory left.",
        run: "docker exec dashstream-redis redis-cli ping\ndocker exec dashstream-redis redis-cli info memory | grep -E 'used_memory_human|maxmemory_human|maxmemory_policy'",
      },
      { say: "What the server says.", run: containerLogs("dashstream-websocket-server", 200, "redis") },
    ],
    causes: [
      "Redis is down: ServiceDown with component `redis` says so and mutes this alert.",
      "Redis hangs for longer than 2 s.",
      "Redis refuses writes: memory full, read-only replica, access rights.",
    ],
    remediation: [
      {
        say: "Bring Redis back; the server connects again by itself.",
        run: "docker restart dashstream-redis",
      },
      {
        say: "If its memory is full: keep less (`REDIS_MESSAGE_TTL_SECS`, `REDIS_MAX_SEQUENCES`), or give it more.",
      },
    ],
    verification: [{ say: "The state of the alert.", run: alertState("ReplayBufferRedisWriteFailures") }],
    escalateAfter: "> 1 hour persistent",
    escalation: "If it lasts an hour, those who run Redis.",
  },
  scenarios: ["redis-down"],
};
