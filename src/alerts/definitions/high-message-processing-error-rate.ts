// Records of the topic fail, by a share of all records: bad content, not a bad Kafka.

import type { AlertDefinition } from "../alert.ts";
import { constant, forMinutes, share, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const SHARE = share(0.01);

export const HIGH_MESSAGE_PROCESSING_ERROR_RATE: AlertDefinition = {
  name: "HighMessageProcessingErrorRate",
  group: "dashstream-records",
  severity: "critical",
  priority: "P1",
  priorityReason:
    "Bad records are kept as dead letters, and good ones go on: nothing is down and nothing is lost.",
  for: forMinutes(5),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`sum(rate(websocket_kafka_messages_total{status="error"}[${WINDOW}]))
        / clamp_min(sum(rate(websocket_kafka_messages_total[${WINDOW}])), ${constant(1e-9)}) > ${SHARE}`,
      summary: text`Records cannot be processed`,
      description: text`{{ $value | humanizePercentage }} of the records cannot be processed (threshold ${SHARE}). Clients do not get them; each is
        a dead letter that says why.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: ["websocket-server"],
  scenarios: ["corrupt-payload"],
};
