// The exporter leaves discovery.

import { defineScenario } from "../scenario.ts";

export const exporterVanished = defineScenario({
  name: "exporter-vanished",
  summary: "Prometheus no longer finds the exporter.",
  faults: [{ fault: "target-vanished", params: { component: "exporter" } }],
  hold: "4m",
  expect: [{ alert: "ServiceDown", labels: { component: "prometheus-exporter" } }],
});
