// The library has no room for more dead letters.

import { defineScenario } from "../scenario.ts";

export const libraryDlqSaturated = defineScenario({
  name: "library-dlq-saturated",
  summary: "Dead letters of the quality monitor are acknowledged so slowly that there is no room for more.",
  env_of: { "quality-monitor": { MAX_CONCURRENT_DLQ_SENDS: "1" } },
  faults: [
    { fault: "dlq-saturated", params: { topic: "library", delay_ms: 4000 } },
    { fault: "corrupt-payload", params: { share: 0.1 } },
  ],
  hold: "11m",
  expect: [{ alert: "DashStreamDlqBackpressureDrops" }, { alert: "DLQBackpressureDrops", within: "4m" }],
});
