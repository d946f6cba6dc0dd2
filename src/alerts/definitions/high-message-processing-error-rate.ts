// Records of the topic fail, by a share of all records: bad content, not a bad Kafka.

import type { AlertDefinition } from "../alert.ts";
import {
  alertState,
  by,
  containerLogs,
  deadLetters,
  query,
  SERVER_DLQ_TOPIC,
  SINGLE_VALUE,
  withVariable,
} from "../commands.ts";
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
  runbook: {
    meaning:
      "More than one record in a hundred fails: it cannot be decoded, is too large, or has another schema version. This measures the content of records. Errors of Kafka itself are KafkaInfraErrors*.",
    investigation: [
      {
        say: "The share of records that fail, as the alert sees it.",
        run: query(
          'sum(rate(websocket_kafka_messages_total{status="error"}[5m])) / clamp_min(sum(rate(websocket_kafka_messages_total[5m])), 1e-9)',
          SINGLE_VALUE,
        ),
      },
      {
        say: "What is wrong with them, by cause.",
        run: query("sum by (error_type) (rate(websocket_decode_errors_total[5m]))", by("error_type")),
      },
      {
        say: "What the server says.",
        run: containerLogs("dashstream-websocket-server", 100, "decode|protobuf|error"),
      },
      {
        say: "A few of the records. `dashstream dlq ls --since 1h` shows the newest instead, one a line.",
        run: deadLetters(SERVER_DLQ_TOPIC, 5, "{error_type, error, original_message}"),
      },
      { say: "Who sends them: tenants, threads and hours.", run: "dashstream dlq stats --since 1h" },
      {
        say: "Which versions the services speak.",
        run: containerLogs("dashstream-quality-monitor", 1000, "protobuf version|schema version"),
      },
    ],
    causes: [
      "A producer was deployed with another schema version.",
      "A defect of a producer truncates or overwrites values.",
      "Something that is no protobuf is sent to the topic.",
      "Values larger than WEBSOCKET_MAX_PAYLOAD_BYTES.",
    ],
    remediation: [
      {
        say: "Stop or roll back the producer that the dead letters name. Restarting services helps only if they ran the wrong version.",
      },
      {
        say: "If other schema versions are meant to be accepted, say so (`forward` or `backward`). It holds until the container is made anew; in `.env` it stays.",
        run: withVariable("SCHEMA_COMPATIBILITY", "forward"),
      },
      {
        say: "A restart does not skip bad records: it goes on at the committed offset. What skipping all that is older than an hour would mean; KafkaConsumerLagHigh tells how to do it.",
        run: "dashstream offsets reset --to 1h",
      },
      {
        say: "Once the cause is mended, send back what can be used now; without `--execute` it only says what it would do.",
        run: "dashstream dlq redrive --since 1h",
      },
    ],
    verification: [
      {
        say: "No more errors; the alert clears within 10 minutes.",
        run: query('sum(rate(websocket_kafka_messages_total{status="error"}[5m]))', SINGLE_VALUE),
      },
      { say: "The state of the alert.", run: alertState("HighMessageProcessingErrorRate") },
    ],
    escalateAfter: "> 15 min after a remedy",
    escalation: "If it lasts 15 minutes after a remedy, the team of the producer that the dead letters name.",
    notes: [
      "Formerly HighKafkaErrorRate. Records below the head of the log seen at the start of the server count as `old_data_error` and do not raise it.",
    ],
  },
  scenarios: ["corrupt-payload", "corrupt-payload-few"],
};
