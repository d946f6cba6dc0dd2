// The exporter leaves discovery.

import { defineScenario } from "../scenario.ts";

export const exporterVanished = defineScenario({
  name: "exporter-vanished",
  summary: "Prometheus no longer finds the exporter.",
  faults: [{ fault: "target-vanished", params: { component: "exporter" } }],
  // Prometheus passes on what discovery tells it every five seconds, however fast a drill is.
  hold: "10m",
  expect: [{ alert: "ServiceDown", labels: { component: "prometheus-exporter" } }],
});
