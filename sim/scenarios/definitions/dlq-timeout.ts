// Kafka does not answer when dead letters are written: bad records are lost for forensics while the stream goes on.

import { defineScenario } from "../scenario.ts";

export const dlqTimeout = defineScenario({
  name: "dlq-timeout",
  summary: "Kafka does not answer when dead letters are written; each such loss is counted as timeout.",
  faults: [
    { fault: "dlq-hang", params: { topic: "server" } },
    { fault: "corrupt-payload", params: { share: 0.1 } },
  ],
  hold: "7m",
  expect: [
    {
      alert: "WebSocketDlqBroken",
      evidence:
        'sum(increase(websocket_dlq_send_failures_total{reason="timeout"}[5m])) > 0 unless sum(increase(websocket_dlq_send_failures_total{reason!="timeout"}[5m])) > 0',
    },
  ],
});
