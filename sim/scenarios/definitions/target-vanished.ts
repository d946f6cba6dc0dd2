// A target leaves discovery: there is no `up` that could be 0.

import { defineScenario } from "../scenario.ts";

export const targetVanished = defineScenario({
  name: "target-vanished",
  summary: "Prometheus no longer finds the server, so that nothing is scraped and nothing says so.",
  faults: [{ fault: "target-vanished", params: { component: "websocket-server" } }],
  hold: "4m",
  expect: [{ alert: "ServiceDown", labels: { component: "websocket-server" } }],
});
