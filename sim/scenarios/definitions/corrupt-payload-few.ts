// As corrupt-payload, but below what counts as a high rate of decode errors.

import { defineScenario } from "../scenario.ts";

export const corruptPayloadFew = defineScenario({
  name: "corrupt-payload-few",
  summary: "Three records in a hundred cannot be decoded: an error rate, not yet a decode error rate.",
  faults: [{ fault: "corrupt-payload", params: { share: 0.03 } }],
  hold: "11m",
  expect: [{ alert: "HighMessageProcessingErrorRate" }],
});
