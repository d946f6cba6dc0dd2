// Records repeat sequence numbers. Several components count the same record, so the largest count is taken.

import type { AlertDefinition } from "../alert.ts";
import { alertState, groupState, query, SINGLE_VALUE } from "../commands.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0.1);

export const HIGH_DUPLICATE_RATE: AlertDefinition = {
  name: "HighDuplicateRate",
  group: "dashstream-sequence",
  severity: "medium",
  priority: "P2",
  for: forMinutes(5),
  signals: [
    {
      component: "stream",
      exportedBy: ["websocket-server", "quality-monitor", "stream"],
      expr: expr`max(sum by (job, instance) (rate(dashstream_sequence_duplicates_total[${WINDOW}]))) > ${RATE}`,
      summary: text`Records arrive more than once`,
      description: text`{{ $value | humanize }} records a second repeat a sequence number of their thread (threshold ${RATE}), as the component counts that sees most.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  runbook: {
    meaning:
      "Threads repeat sequence numbers: records were produced twice, or Kafka delivered them again. Clients may see them twice.",
    investigation: [
      {
        say: "Duplicates a second, and who sees them.",
        run: query(
          "sum by (job, instance) (rate(dashstream_sequence_duplicates_total[5m]))",
          ".data.result[] | {job: .metric.job, value: .value[1]}",
        ),
      },
      {
        say: "Read again by the server itself (not sent twice): a sign of rebalances.",
        run: query("sum(rate(websocket_kafka_redeliveries_total[5m]))", SINGLE_VALUE),
      },
      {
        say: "Whether members come and go.",
        run: groupState(),
      },
    ],
    causes: [
      "A producer that retries without idempotence: a slow acknowledgement writes a record twice.",
      "A redrive from another tool; those of `dashstream dlq redrive` are known by a header and not counted.",
      "Two processes that write the same threads.",
    ],
    remediation: [
      { say: "After a rebalance or a deploy: nothing, it passes." },
      {
        say: "If it lasts: look for an unstable network between producer and Kafka, and give the producer a longer request timeout.",
      },
      { say: "Where duplicates matter, let consumers drop them by thread id and sequence." },
    ],
    verification: [{ say: "The state of the alert.", run: alertState("HighDuplicateRate") }],
    escalateAfter: "> 4 hours persistent",
    escalation: "If it lasts 4 hours, the owners of the producers.",
  },
  scenarios: ["duplicate"],
};
