// Writes of the replay tier get no permit: Redis is slower than the stream.

import type { AlertDefinition } from "../alert.ts";
import { alertState, query, SINGLE_VALUE } from "../commands.ts";
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
  runbook: {
    meaning:
      "Redis is slower than the stream: records go without being written to it, because no write permit was free within 50 ms. Clients lose nothing; replays read those records from Kafka.",
    investigation: [
      {
        say: "Records a second that go without.",
        run: query("sum(rate(replay_buffer_redis_write_dropped_total[5m]))", SINGLE_VALUE),
      },
      {
        say: "How long writes take.",
        run: query(
          'histogram_quantile(0.95, sum by (le) (rate(dashstream_websocket_redis_latency_ms_bucket{operation="write"}[5m])))',
          SINGLE_VALUE,
        ),
      },
      {
        say: "What the stream brings a second.",
        run: query("sum(rate(websocket_kafka_messages_total[5m]))", SINGLE_VALUE),
      },
      { say: "How hard Redis works.", run: "docker stats dashstream-redis --no-stream" },
    ],
    causes: [
      "More records than Redis can take (about 50,000 a second).",
      "A slow Redis: see WebSocketRedisHighLatency.",
      "`REDIS_MAX_CONCURRENT_WRITES` is too small.",
    ],
    remediation: [
      { say: "Mend what slows Redis down, or give it its own machine." },
      { say: "Raise `REDIS_MAX_CONCURRENT_WRITES`; it costs memory of the server." },
    ],
    verification: [{ say: "The state of the alert.", run: alertState("ReplayBufferRedisWritesDropped") }],
    escalateAfter: "> 1 hour persistent",
    escalation: "If it lasts an hour, those who run Redis.",
  },
  scenarios: ["replay-writes-dropped"],
};
