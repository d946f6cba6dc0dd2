// A component dies and does not come back by itself.

import { defineScenario } from "../scenario.ts";

export const serviceKilled = defineScenario({
  name: "service-killed",
  summary: "The server is killed; its scrapes fail until it is started again.",
  faults: [{ fault: "process-kill", params: { component: "websocket-server" } }],
  hold: "4m",
  expect: [{ alert: "ServiceDown", labels: { component: "websocket-server" } }],
});
