// The library cannot write dead letters, of which there are few.

import { defineScenario } from "../scenario.ts";

export const libraryDlqFew = defineScenario({
  name: "library-dlq-few",
  summary: "Once in a while the quality monitor has a dead letter, and its topic refuses it.",
  faults: [
    { fault: "dlq-topic-down", params: { topic: "library" } },
    { fault: "corrupt-payload", params: { share: 0.003 } },
  ],
  hold: "6m",
  expect: [{ alert: "DLQSendFailures" }],
  may: [
    { alert: "DLQItselfBroken", because: "it tells of the same failures, whatever their number" },
    { alert: "DashStreamDlqSendFailures", because: "it tells of the same failures when they last" },
  ],
});
