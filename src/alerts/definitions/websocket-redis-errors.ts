// Operations of the replay tier on Redis fail.

import type { AlertDefinition } from "../alert.ts";
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
  scenarios: ["redis-down"],
};
