// A producer writes values beyond the size limit.

import type { AlertDefinition } from "../alert.ts";
import { alertState } from "../commands.ts";
import { count, forMinutes, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const COUNT = count(0);

export const OVERSIZED_MESSAGE: AlertDefinition = {
  name: "OversizedMessage",
  group: "dashstream-records",
  severity: "warning",
  priority: "P2",
  for: forMinutes(1),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`sum(increase(websocket_decode_errors_total{error_type="payload_too_large"}[${WINDOW}])) > ${COUNT}`,
      summary: text`Records are larger than the limit`,
      description: text`About {{ $value | humanize }} records in ${WINDOW} are larger than WEBSOCKET_MAX_PAYLOAD_BYTES (1 MiB unless changed). They
        became dead letters without their payload.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  runbook: {
    meaning:
      "A producer writes values beyond the limit of 1 MiB (counted without the framing byte). The dead letter names the record; its payload is not embedded.",
    investigation: [
      {
        say: "Which threads, and how large.",
        run: "dashstream dlq ls --type payload_too_large --since 1h",
      },
      { say: "By tenant and hour.", run: "dashstream dlq stats --type payload_too_large --since 1d" },
    ],
    causes: [
      "Checkpoints of large states.",
      "Documents or images inside of events.",
      "Compression switched off in a producer.",
    ],
    remediation: [
      { say: "Send state diffs instead of full checkpoints, or compress." },
      { say: "Keep large payloads elsewhere (S3, Redis) and send a reference." },
      {
        say: "If the size is justified, raise `WEBSOCKET_MAX_PAYLOAD_BYTES` on server, quality-monitor and exporter alike, and see that the broker's `message.max.bytes` is larger still.",
      },
    ],
    verification: [
      {
        say: "The state of the alert; it clears 5 minutes after the last such record.",
        run: alertState("OversizedMessage"),
      },
    ],
    escalateAfter: "> 1 day",
    escalation: "The owners of the producer that the dead letters name.",
  },
  scenarios: ["oversized"],
};
