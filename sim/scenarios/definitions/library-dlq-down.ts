// The library cannot write dead letters.

import { defineScenario } from "../scenario.ts";

export const libraryDlqDown = defineScenario({
  name: "library-dlq-down",
  summary: "The topic of dead letters of the quality monitor refuses them.",
  faults: [
    { fault: "dlq-topic-down", params: { topic: "library" } },
    { fault: "corrupt-payload", params: { share: 0.1 } },
  ],
  hold: "11m",
  expect: [
    { alert: "DLQItselfBroken", within: "4m" },
    { alert: "DashStreamDlqSendFailures" },
    { alert: "DLQSendFailures", within: "4m" },
  ],
});
