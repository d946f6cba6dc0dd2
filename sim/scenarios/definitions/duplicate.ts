// A producer sends records twice.

import { defineScenario } from "../scenario.ts";

export const duplicate = defineScenario({
  name: "duplicate",
  summary: "One record in ten arrives twice.",
  faults: [{ fault: "duplicate", params: { share: 0.1, after: 0 } }],
  hold: "11m",
  expect: [{ alert: "HighDuplicateRate" }],
});
