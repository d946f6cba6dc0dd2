// Kafka does not answer when dead letters are written: bad records are lost for forensics while the stream goes on.

import { lettersFailedOnlyBy } from "../failed-letters.ts";
import { defineScenario } from "../scenario.ts";

export const dlqTimeout = defineScenario({
  name: "dlq-timeout",
  summary: "Kafka does not answer when dead letters are written; each such loss is counted as timeout.",
  faults: [
    { fault: "dlq-hang", params: { topic: "server" } },
    { fault: "corrupt-payload", params: { share: 0.1 } },
  ],
  // Each letter waits some real seconds for its answer, however fast a drill is.
  hold: "10m",
  settle: "15m",
  expect: [{ alert: "WebSocketDlqBroken", evidence: lettersFailedOnlyBy("timeout") }],
});
