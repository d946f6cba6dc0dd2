// A target leaves discovery: there is no `up` that could be 0.

import { defineScenario } from "../scenario.ts";

export const targetVanished = defineScenario({
  name: "target-vanished",
  summary: "Prometheus no longer finds the server, so that nothing is scraped and nothing says so.",
  faults: [{ fault: "target-vanished", params: { component: "websocket-server" } }],
  // Prometheus passes on what discovery tells it every five seconds, however fast a drill is.
  hold: "10m",
  expect: [{ alert: "ServiceDown", labels: { component: "websocket-server" } }],
});
