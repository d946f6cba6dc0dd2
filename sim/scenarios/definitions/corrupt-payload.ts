// A producer sends bytes that are no messages.

import { defineScenario } from "../scenario.ts";

export const corruptPayload = defineScenario({
  name: "corrupt-payload",
  summary: "One record in ten cannot be decoded.",
  faults: [{ fault: "corrupt-payload", params: { share: 0.1 } }],
  hold: "11m",
  expect: [
    { alert: "HighMessageProcessingErrorRate" },
    { alert: "HighDecodeErrorRate" },
    { alert: "WebSocketDlqHighRate" },
    { alert: "HighDLQRate" },
  ],
});
