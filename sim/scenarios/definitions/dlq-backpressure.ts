// Dead letters are acknowledged so slowly that there is no room for more: bad records are lost for forensics while the
// stream goes on.

import { lettersFailedOnlyBy } from "../failed-letters.ts";
import { defineScenario } from "../scenario.ts";

export const dlqBackpressure = defineScenario({
  name: "dlq-backpressure",
  summary:
    "Dead letters are acknowledged so slowly that there is no room for more; each such loss is counted as backpressure.",
  env_of: { "websocket-server": { MAX_CONCURRENT_DLQ_SENDS: "1" } },
  faults: [
    { fault: "dlq-saturated", params: { topic: "server", delay_ms: 4000 } },
    { fault: "corrupt-payload", params: { share: 0.1 } },
  ],
  may: [
    {
      alert: "E2ELatencyHigh",
      because: "the stream waits up to a second for room for its dead letters before it drops them",
    },
  ],
  hold: "7m",
  expect: [{ alert: "WebSocketDlqBroken", evidence: lettersFailedOnlyBy("backpressure") }],
});
