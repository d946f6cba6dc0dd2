// The negative control: an hour in which nothing breaks, though a lot happens.

import { defineScenario } from "../scenario.ts";

export const healthy = defineScenario({
  name: "healthy",
  summary:
    "An hour of healthy traffic: bursts, an idle time, restarts of everything one at a time, clients that come and go.",
  warm_up: "5m",
  redis: true,
  faults: [],
  hold: "50m",
  settle: "5m",
  expect: [{ alert: "Watchdog", always: true }],
});
