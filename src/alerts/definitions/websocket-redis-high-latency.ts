// Operations of the replay tier on Redis succeed, and take long.

import type { AlertDefinition } from "../alert.ts";
import { alertState, by, query } from "../commands.ts";
import { forMinutes, latency, share, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const QUANTILE = share(0.95, "quantile");
const LATENCY = latency(100);

export const WEBSOCKET_REDIS_HIGH_LATENCY: AlertDefinition = {
  name: "WebSocketRedisHighLatency",
  group: "dashstream-redis",
  severity: "warning",
  priority: "P2",
  for: forMinutes(5),
  signals: [
    {
      component: "redis",
      exportedBy: ["websocket-server"],
      needsRedis: true,
      expr: expr`histogram_quantile(${QUANTILE}, sum by (le) (rate(dashstream_websocket_redis_latency_ms_bucket[${WINDOW}])))
        > ${LATENCY}`,
      summary: text`Redis answers the replay tier slowly`,
      description: text`The 95th percentile of operations on Redis is {{ $value | humanize }} ms (threshold ${LATENCY}).`,
    },
  ],
  dashboard: "dashstream-quality",
  mutes: [],
  explainedBy: ["redis"],
  runbook: {
    meaning:
      "Operations of the replay tier on Redis succeed, and one in twenty takes longer than 100 ms. Replays are slow; writes may soon be dropped.",
    investigation: [
      {
        say: "By operation.",
        run: query(
          "histogram_quantile(0.95, sum by (le, operation) (rate(dashstream_websocket_redis_latency_ms_bucket[5m])))",
          by("operation"),
        ),
      },
      {
        say: "What Redis itself measures, from its own machine, for five seconds.",
        run: "docker exec dashstream-redis timeout 5 redis-cli --latency",
      },
      { say: "Its slowest commands.", run: "docker exec dashstream-redis redis-cli slowlog get 10" },
      { say: "Its memory and swapping.", run: "docker exec dashstream-redis redis-cli info memory" },
    ],
    causes: [
      "Redis shares its machine with something busy.",
      "Somebody runs KEYS or large scripts.",
      "The network.",
      "Saving to a slow disk (AOF, snapshots).",
    ],
    remediation: [
      { say: "End what slows it down; move Redis to a machine of its own." },
      { say: "Keep less: `REDIS_MAX_SEQUENCES`, `REDIS_MESSAGE_TTL_SECS`." },
    ],
    verification: [{ say: "The state of the alert.", run: alertState("WebSocketRedisHighLatency") }],
    escalateAfter: "> 4 hours persistent",
    escalation: "If it lasts 4 hours, those who run Redis.",
  },
  scenarios: ["redis-latency"],
};
