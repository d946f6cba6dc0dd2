// The quality monitor leaves discovery.

import { defineScenario } from "../scenario.ts";

export const qualityMonitorVanished = defineScenario({
  name: "quality-monitor-vanished",
  summary: "Prometheus no longer finds the quality monitor.",
  faults: [{ fault: "target-vanished", params: { component: "quality-monitor" } }],
  // Prometheus passes on what discovery tells it every five seconds, however fast a drill is.
  hold: "10m",
  expect: [{ alert: "ServiceDown", labels: { component: "quality-monitor" } }],
});
