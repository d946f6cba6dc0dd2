// The exporter dies, and with it whatever else the site runs under a job of its own.

import { defineScenario } from "../scenario.ts";

export const exporterKilled = defineScenario({
  name: "exporter-killed",
  summary: "The exporter is killed, and so is a service of the site that the rules do not know by name.",
  also_scraped: [{ job: "dashstream-checkout", component: "exporter" }],
  faults: [{ fault: "process-kill", params: { component: "exporter" } }],
  hold: "4m",
  expect: [
    { alert: "ServiceDown", labels: { component: "prometheus-exporter" } },
    { alert: "ServiceDown", labels: { component: "checkout" } },
  ],
});
