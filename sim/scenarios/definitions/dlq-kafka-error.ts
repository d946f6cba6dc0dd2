// The topic of dead letters refuses them: bad records are lost for forensics while the stream goes on.

import { defineScenario } from "../scenario.ts";

export const dlqKafkaError = defineScenario({
  name: "dlq-kafka-error",
  summary: "The topic of dead letters refuses them; each such loss is counted as kafka_error.",
  faults: [
    { fault: "dlq-topic-down", params: { topic: "server" } },
    { fault: "corrupt-payload", params: { share: 0.1 } },
  ],
  hold: "7m",
  expect: [
    {
      alert: "WebSocketDlqBroken",
      evidence:
        'sum(increase(websocket_dlq_send_failures_total{reason="kafka_error"}[5m])) > 0 unless sum(increase(websocket_dlq_send_failures_total{reason!="kafka_error"}[5m])) > 0',
    },
  ],
});
