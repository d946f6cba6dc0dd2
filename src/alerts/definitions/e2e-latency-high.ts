// The 99th percentile of the way from the producer, in its slower stage. The window is short, so that a deploy of a
// minute does not page.

import type { AlertDefinition } from "../alert.ts";
import { alertState, by, groupState, query, SINGLE_VALUE } from "../commands.ts";
import { forMinutes, latency, share, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(2);
const QUANTILE = share(0.99, "quantile");
const LATENCY = latency(500);

export const E2E_LATENCY_HIGH: AlertDefinition = {
  name: "E2ELatencyHigh",
  group: "dashstream-clients",
  severity: "medium",
  priority: "P2",
  for: forMinutes(5),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`max(histogram_quantile(${QUANTILE}, sum by (le, stage) (rate(websocket_e2e_latency_ms_bucket[${WINDOW}]))))
        > ${LATENCY}`,
      summary: text`Records reach clients late`,
      description: text`The slowest percent of the records takes more than {{ $value | humanize }} ms from its producer to the server or its clients
        (threshold ${LATENCY}).`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: ["websocket-server"],
  runbook: {
    meaning:
      "One record in a hundred takes longer than half a second from its producer's clock to the server (`producer_to_consumer`) or to its clients (`producer_to_client`). What clients see is no longer live.",
    investigation: [
      {
        say: "The 99th percentile by stage: both high means Kafka or producers, only the second means clients or the server.",
        run: query(
          "histogram_quantile(0.99, sum by (le, stage) (rate(websocket_e2e_latency_ms_bucket[2m])))",
          by("stage"),
        ),
      },
      {
        say: "Whether the server is behind.",
        run: groupState(),
      },
      {
        say: "Whether producers' clocks are off: records from the future.",
        run: query("sum(rate(websocket_clock_skew_events_total[5m]))", SINGLE_VALUE),
      },
      {
        say: "Whether the server has no CPU left.",
        run: "docker stats dashstream-websocket-server --no-stream",
      },
    ],
    causes: [
      "Lag: see KafkaConsumerLagHigh.",
      "Producers that send old records, or gather them for long (`linger.ms`).",
      "A producer whose clock is behind.",
      "A slow network between producer and Kafka.",
    ],
    remediation: [
      {
        say: "If the server has no CPU left: fewer clients, or more servers.",
        run: "docker restart dashstream-websocket-server",
      },
      { say: "If the topic is the limit: more partitions." },
      { say: "If one producer is late: its clock, its batching, its network." },
    ],
    verification: [{ say: "The state of the alert.", run: alertState("E2ELatencyHigh") }],
    escalateAfter: "> 2 hours persistent",
    escalation: "If it lasts 2 hours, the developers.",
    notes: ["Replays are not observed. An idle server has no latency, and the query gives NaN."],
  },
  scenarios: ["delivery-delay"],
};
