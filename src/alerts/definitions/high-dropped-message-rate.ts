// Clients so far behind that no replay tier has what they need.

import type { AlertDefinition } from "../alert.ts";
import { alertState, by, health, query, SERVER } from "../commands.ts";
import { forMinutes, rate, windowMinutes } from "../quantity.ts";
import { expr, text } from "../template.ts";

const WINDOW = windowMinutes(5);
const RATE = rate(0);

export const HIGH_DROPPED_MESSAGE_RATE: AlertDefinition = {
  name: "HighDroppedMessageRate",
  group: "dashstream-clients",
  severity: "high",
  priority: "P1",
  for: forMinutes(2),
  signals: [
    {
      component: "websocket-server",
      exportedBy: ["websocket-server"],
      expr: expr`sum(rate(websocket_dropped_messages_total{reason="lagged_receiver"}[${WINDOW}])) > ${RATE}`,
      summary: text`Slow clients lose records`,
      description: text`{{ $value | humanize }} records a second are not sent to clients that fell too far behind. Each such client was told its gap.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: ["websocket-server"],
  runbook: {
    meaning:
      "Clients are so far behind that neither memory nor Redis nor Kafka has what they need, or further than `WEBSOCKET_MAX_CLIENT_LAG`. They are told exactly what they miss, and beyond a threshold the connection is closed with 4008.",
    investigation: [
      {
        say: "How many records, since the start of the server.",
        run: `curl -s ${SERVER}/metrics | grep websocket_dropped_messages_total`,
      },
      {
        say: "How badly clients lag.",
        run: query("sum by (severity) (rate(websocket_client_lag_messages_total[5m]))", by("severity")),
      },
      {
        say: "How many clients there are, and how connections end.",
        run: [
          health(".connected_clients"),
          query("sum by (reason) (increase(websocket_client_disconnects_total[5m]))", by("reason")),
        ].join("\n"),
      },
    ],
    causes: [
      "A client whose network or program is slower than the stream.",
      "A web page in the background.",
      "Replay from Kafka is switched off (`REPLAY_KAFKA_ENABLED=false`), or the topic's retention is short.",
    ],
    remediation: [
      {
        say: "Nothing for the others: slow clients are disconnected by themselves, and the stream waits for nobody.",
      },
      { say: "Let the client ask for less: a filter, sampling, zstd." },
      {
        say: "Keep more in memory (`REPLAY_BUFFER_MEMORY_SIZE`, `REPLAY_BUFFER_MEMORY_BYTES`), or let clients be further behind (`WEBSOCKET_MAX_CLIENT_LAG`).",
      },
    ],
    verification: [{ say: "The state of the alert.", run: alertState("HighDroppedMessageRate") }],
    escalateAfter: "> 1 hour persistent",
    escalation: "If it lasts an hour, the owners of the client.",
  },
  scenarios: ["slow-client"],
};
