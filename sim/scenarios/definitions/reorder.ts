// Records of a thread overtake each other.

import { defineScenario } from "../scenario.ts";

export const reorder = defineScenario({
  name: "reorder",
  summary: "Two records in a hundred arrive behind later ones of its thread.",
  // Several records of a thread in a second, so that one that waits for the next is not late.
  traffic: { rate: 10, threads: 1 },
  faults: [{ fault: "reorder", params: { share: 0.02 } }],
  hold: "11m",
  expect: [{ alert: "HighReorderRate" }],
  may: [
    { alert: "E2ELatencyHigh", because: "a record that others overtake is late by as long as it waited" },
  ],
});
