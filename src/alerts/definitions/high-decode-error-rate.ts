// Many records fail to decode: fires sooner than HighMessageProcessingErrorRate, at a higher share.

import type { AlertDefinition } from "../alert.ts";
import {
  alertState,
  by,
  deadLetters,
  kafka,
  query,
  SERVER_DLQ_TOPIC,
  SINGLE_VALUE,
  TOPIC,
} from "../commands.ts";
import { constant, forMinutes, share, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const SHARE = share(0.05);

export const HIGH_DECODE_ERROR_RATE: AlertDefinition = {
  name: "HighDecodeErrorRate",
  group: "dashstream-records",
  severity: "high",
  priority: "P1",
  for: forMinutes(2),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`sum(rate(websocket_decode_errors_total[${WINDOW}]))
        / clamp_min(sum(rate(websocket_kafka_messages_total[${WINDOW}])), ${constant(1e-9)}) > ${SHARE}`,
      summary: text`Records cannot be decoded`,
      description: text`{{ $value | humanizePercentage }} of the records cannot be decoded (threshold ${SHARE}). A producer with another schema, or
        damaged data.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: ["websocket-server"],
  runbook: {
    meaning:
      "More than one record in twenty cannot be decoded. At this share it is rarely a single thread: a producer speaks another schema, or data is damaged.",
    investigation: [
      {
        say: "The share, as the alert sees it.",
        run: query(
          "sum(rate(websocket_decode_errors_total[5m])) / clamp_min(sum(rate(websocket_kafka_messages_total[5m])), 1e-9)",
          SINGLE_VALUE,
        ),
      },
      {
        say: "The cause.",
        run: query("sum by (error_type) (rate(websocket_decode_errors_total[5m]))", by("error_type")),
      },
      { say: "Some of the records.", run: deadLetters(SERVER_DLQ_TOPIC, 10, ".") },
      {
        say: "The versions that both sides speak.",
        run: 'docker logs dashstream-quality-monitor 2>&1 | grep "protobuf version"\ndocker logs dashstream-websocket-server 2>&1 | grep "protobuf version"',
      },
      {
        say: "Raw values: the first byte is 0 (plain) or 1 (zstd), then protobuf.",
        run: kafka(
          "kafka-console-consumer",
          `--topic ${TOPIC} --max-messages 5 --timeout-ms 10000 | xxd | head -50`,
        ),
      },
    ],
    causes: [
      "`schema_mismatch`: a producer with another schema version.",
      "`buffer_underflow`, `invalid_protobuf`: truncated or overwritten values, or no protobuf at all.",
      "`decompression_failed`: damaged zstd.",
      "`payload_too_large`: see OversizedMessage.",
    ],
    remediation: [
      {
        say: "Other schema: deploy producers and server with the same version, or let the server accept it (`SCHEMA_COMPATIBILITY`).",
      },
      { say: "Damaged data of every producer at once: look at the disks of the broker." },
      {
        say: "Damaged data of one producer: stop it. The dead letters keep key, headers and a hash of each value.",
      },
    ],
    verification: [{ say: "The state of the alert.", run: alertState("HighDecodeErrorRate") }],
    escalateAfter: "> 30 min",
    escalation: "If it lasts 30 minutes, the developers, with dead letters of each cause.",
  },
  scenarios: ["corrupt-payload"],
};
