// A client takes no data any more, and comes back each time it is given up.

import { defineScenario } from "../scenario.ts";

export const slowClient = defineScenario({
  name: "slow-client",
  summary: "A client stops reading; what it misses in the end is counted as dropped.",
  faults: [{ fault: "slow-client" }],
  hold: "8m",
  expect: [{ alert: "HighDroppedMessageRate" }],
});
