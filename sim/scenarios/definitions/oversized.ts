// A producer puts too much into one record.

import { defineScenario } from "../scenario.ts";

export const oversized = defineScenario({
  name: "oversized",
  summary: "A record in two hundred is larger than a message may be.",
  faults: [{ fault: "oversized", params: { share: 0.005 } }],
  hold: "7m",
  expect: [{ alert: "OversizedMessage" }],
});
