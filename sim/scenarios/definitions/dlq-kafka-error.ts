// The topic of dead letters refuses them: bad records are lost for forensics while the stream goes on.

import { lettersFailedOnlyBy } from "../failed-letters.ts";
import { defineScenario } from "../scenario.ts";

export const dlqKafkaError = defineScenario({
  name: "dlq-kafka-error",
  summary: "The topic of dead letters refuses them; each such loss is counted as kafka_error.",
  faults: [
    { fault: "dlq-topic-down", params: { topic: "server" } },
    { fault: "corrupt-payload", params: { share: 0.1 } },
  ],
  hold: "7m",
  expect: [{ alert: "WebSocketDlqBroken", evidence: lettersFailedOnlyBy("kafka_error") }],
});
