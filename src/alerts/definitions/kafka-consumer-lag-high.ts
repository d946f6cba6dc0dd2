// A partition has more unread records than clients should wait for.

import type { AlertDefinition } from "../alert.ts";
import { alertState, by, moveGroup, query, SERVER, SINGLE_VALUE } from "../commands.ts";
import { count, forMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const LAG = count(10_000, "lag");

export const KAFKA_CONSUMER_LAG_HIGH: AlertDefinition = {
  name: "KafkaConsumerLagHigh",
  group: "dashstream-kafka",
  severity: "high",
  priority: "P1",
  for: forMinutes(5),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`max(websocket_kafka_consumer_lag) > ${LAG}`,
      summary: text`The server is behind Kafka`,
      description: text`{{ $value | humanize }} records wait in the partition that is furthest behind (threshold ${LAG}). Clients see the past.`,
    },
  ],
  dashboard: "dashstream-quality",
  mutes: [],
  explainedBy: ["websocket-server", "kafka"],
  runbook: {
    meaning:
      "More than 10,000 records of a partition wait to be read. Nothing is lost; clients see the past.",
    investigation: [
      { say: "Lag by partition.", run: query("websocket_kafka_consumer_lag", by("partition")) },
      { say: "The largest.", run: query("max(websocket_kafka_consumer_lag)", SINGLE_VALUE) },
      {
        say: "Its trend, records a second: above 0 it grows.",
        run: query("deriv(max(websocket_kafka_consumer_lag)[5m:1m])", SINGLE_VALUE),
      },
      {
        say: "Whether the server has no CPU left.",
        run: "docker stats dashstream-websocket-server --no-stream",
      },
      {
        say: "What it handles a second.",
        run: query("sum by (status) (rate(websocket_kafka_messages_total[5m]))", by("status")),
      },
      {
        say: "Whether partitions stand still on purpose: at a bad record, or for a dead letter.",
        run: query(
          "websocket_kafka_paused_partitions or websocket_dlq_waiting_partitions",
          ".data.result[] | {series: .metric.__name__, value: .value[1]}",
        ),
      },
      {
        say: "How late clients get records.",
        run: query(
          "histogram_quantile(0.99, sum by (le, stage) (rate(websocket_e2e_latency_ms_bucket[5m])))",
          by("stage"),
        ),
      },
    ],
    causes: [
      "A burst of a producer.",
      "The server has no CPU left.",
      "Kafka or the network to it is slow.",
      "Clients on whom each batch waits (`FANOUT_MAX_WAIT_MS`).",
      "One partition stands still: see KafkaPartitionStale.",
    ],
    remediation: [
      {
        say: "See whether it catches up by itself: the trend is negative.",
        run: query("deriv(max(websocket_kafka_consumer_lag)[2m:30s])", SINGLE_VALUE),
      },
      {
        say: "Restart the server if it hangs; it goes on where it was.",
        run: `docker restart dashstream-websocket-server\nsleep 5\ncurl -s ${SERVER}/health`,
      },
      { say: "More servers or partitions if it lasts, or slow the producer down." },
      {
        say: "If nobody needs the backlog: what skipping it would mean.",
        run: "dashstream offsets reset --to latest",
      },
      {
        say: "And skipping it. Nobody may read in the group meanwhile, so that the server stands still; stop further ones too.",
        run: moveGroup("latest"),
      },
    ],
    verification: [
      { say: "Clears when the lag is below the threshold.", run: alertState("KafkaConsumerLagHigh") },
    ],
    escalateAfter: "> 30 min growing",
    escalation:
      "If it grows for 30 minutes in spite of a restart, the developers, with the producers' rates.",
  },
  scenarios: ["lag-critical", "lag-high"],
};
