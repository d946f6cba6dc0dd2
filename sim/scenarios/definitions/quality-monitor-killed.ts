// The quality monitor dies.

import { defineScenario } from "../scenario.ts";

export const qualityMonitorKilled = defineScenario({
  name: "quality-monitor-killed",
  summary: "The quality monitor is killed; its scrapes fail until it is started again.",
  faults: [{ fault: "process-kill", params: { component: "quality-monitor" } }],
  hold: "4m",
  expect: [{ alert: "ServiceDown", labels: { component: "quality-monitor" } }],
});
