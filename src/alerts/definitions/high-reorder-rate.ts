// Records overtake each other within a thread. The largest count of any component is taken.

import type { AlertDefinition } from "../alert.ts";
import { alertState, kafka, query, TOPIC } from "../commands.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0.1);

export const HIGH_REORDER_RATE: AlertDefinition = {
  name: "HighReorderRate",
  group: "dashstream-sequence",
  severity: "medium",
  priority: "P2",
  for: forMinutes(5),
  signals: [
    {
      component: "stream",
      exportedBy: ["websocket-server", "quality-monitor", "stream"],
      expr: expr`max(sum by (job, instance) (rate(dashstream_sequence_reorders_total[${WINDOW}]))) > ${RATE}`,
      summary: text`Records arrive out of order`,
      description: text`{{ $value | humanize }} records a second come later than their sequence number says (threshold ${RATE}), as the component counts that sees most.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  runbook: {
    meaning:
      "Records of a thread arrive after later ones of the same thread. Kafka keeps the order within a partition, so a thread is spread over partitions or its producer reorders.",
    investigation: [
      {
        say: "Late records a second, and who sees them.",
        run: query(
          "sum by (job, instance) (rate(dashstream_sequence_reorders_total[5m]))",
          ".data.result[] | {job: .metric.job, value: .value[1]}",
        ),
      },
      {
        say: "How many partitions there are: with one, order cannot be lost in Kafka.",
        run: kafka("kafka-topics", `--describe --topic ${TOPIC}`),
      },
    ],
    causes: [
      "Records of one thread with different keys, or producers with different partitioners (murmur2 and CRC32), land in several partitions.",
      "Partitions were added: keys move.",
      "A producer that retries with several requests in flight and without idempotence.",
      "Several processes that write one thread.",
    ],
    remediation: [
      { say: "Key every record with its thread id, and use the same partitioner everywhere." },
      { say: "Give producers idempotence, or one request in flight." },
      { say: "After adding partitions: nothing, it passes with the threads that were open." },
    ],
    verification: [{ say: "The state of the alert.", run: alertState("HighReorderRate") }],
    escalateAfter: "if gaps are detected too",
    escalation: "If SequenceGapsDetected fires too, act on that one.",
  },
  scenarios: ["reorder"],
};
