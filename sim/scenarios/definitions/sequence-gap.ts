// A producer loses messages that it has numbered.

import { defineScenario } from "../scenario.ts";

export const sequenceGap = defineScenario({
  name: "sequence-gap",
  summary: "A producer loses one record in fifty; the threads go on without them.",
  faults: [{ fault: "sequence-gap", params: { share: 0.02 } }],
  hold: "8m",
  expect: [{ alert: "SequenceGapsDetected" }],
});
