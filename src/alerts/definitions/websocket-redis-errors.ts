// Operations of the replay tier on Redis fail.

import type { AlertDefinition } from "../alert.ts";
import { alertState, containerLogs, query, SINGLE_VALUE } from "../commands.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const WEBSOCKET_REDIS_ERRORS: AlertDefinition = {
  name: "WebSocketRedisErrors",
  group: "dashstream-redis",
  severity: "critical",
  priority: "P1",
  priorityReason: "Kafka serves what Redis does not: replays get slower, and nothing is lost.",
  for: forMinutes(2),
  signals: [
    {
      component: "redis",
      exportedBy: ["websocket-server"],
      needsRedis: true,
      expr: expr`sum(rate(dashstream_websocket_redis_errors_total[${WINDOW}])) > ${RATE}`,
      summary: text`The server's replay tier in Redis fails`,
      description: text`{{ $value | humanize }} operations on Redis a second fail. Clients that come back are served from memory and Kafka meanwhile.`,
    },
  ],
  dashboard: "dashstream-quality",
  mutes: [],
  explainedBy: ["redis"],
  runbook: {
    meaning:
      "The server's replay tier fails in Redis. The stream goes on; clients that come back get what memory does not have from Kafka, which is slower.",
    investigation: [
      {
        say: "Errors a second.",
        run: query("sum(rate(dashstream_websocket_redis_errors_total[5m]))", SINGLE_VALUE),
      },
      { say: "Whether Redis answers.", run: "docker exec dashstream-redis redis-cli ping" },
      { say: "What Redis says.", run: containerLogs("dashstream-redis", 100) },
      {
        say: "Whether its memory is full.",
        run: "docker exec dashstream-redis redis-cli info memory | grep -E 'used_memory_human|maxmemory_human|maxmemory_policy'",
      },
      { say: "What the server says.", run: containerLogs("dashstream-websocket-server", 200, "redis") },
    ],
    causes: [
      "Redis is down or restarting.",
      "The network to it.",
      "Wrong `REDIS_URL`, password or access rights.",
      "`maxmemory` is reached and its policy refuses writes.",
    ],
    remediation: [
      {
        say: "Bring Redis back; the server connects again by itself.",
        run: "docker restart dashstream-redis",
      },
      {
        say: "If its memory is full: keep less (`REDIS_MESSAGE_TTL_SECS`, `REDIS_MAX_SEQUENCES`), or give it more.",
      },
      {
        say: "The server can do without: an empty `REDIS_URL` ends the alert, and replays come from memory and Kafka.",
      },
    ],
    verification: [
      { say: "Clears within 5 minutes after the last error.", run: alertState("WebSocketRedisErrors") },
    ],
    escalateAfter: "> 30 min persistent",
    escalation: "If it lasts 30 minutes, those who run Redis.",
    notes: [
      "Operations that ran into their time limit are not counted here: WebSocketRedisHighLatency and ReplayBufferRedisWriteFailures tell of those.",
    ],
  },
  scenarios: ["redis-down"],
};
