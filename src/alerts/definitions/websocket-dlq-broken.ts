// Dead letters of the server cannot be written, whatever the reason. Critical in both modes.

import type { AlertDefinition } from "../alert.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const WEBSOCKET_DLQ_BROKEN: AlertDefinition = {
  name: "WebSocketDlqBroken",
  group: "dashstream-dead-letters",
  severity: "critical",
  priority: "P0",
  for: forMinutes(1),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`sum(rate(websocket_dlq_send_failures_total[${WINDOW}])) > ${RATE}`,
      summary: text`The server cannot write dead letters`,
      description: text`{{ $value | humanize }} failed writes a second, by
        reason:{{ range query "sum by (reason) (rate(websocket_dlq_send_failures_total[${WINDOW}])) > 0" }} {{ .Labels.reason }}
        {{ .Value | humanize }};{{ end }} mode {{ range query "max by (mode) (websocket_dlq_mode == 1)" }}{{ .Labels.mode }}{{ end }}. Under fail_open
        the stream goes on and the copies of bad records are lost for good; under fail_closed nothing is lost and the partitions of
        bad records stand still.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  scenarios: ["dlq-timeout", "dlq-kafka-error", "dlq-backpressure"],
};
