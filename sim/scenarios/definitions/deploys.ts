// A negative control: every service ends and begins anew while clients are connected, and nobody need know.

import { defineScenario } from "../scenario.ts";

export const deploys = defineScenario({
  name: "deploys",
  summary:
    "Services are deployed one after the other, and the server once more after a burst: nothing is raised.",
  redis: true,
  env: { TENANT_RATE_LIMIT_PER_SEC: "200", TENANT_RATE_LIMIT_STORE: "redis" },
  // Deploys take their time, and must be shorter than the minute that ServiceDown waits.
  max_scale: 10,
  traffic: { rate: 5, tenants: 5, threads: 20 },
  clients: 3,
  faults: [
    { fault: "process-restart", params: { component: "websocket-server" }, after: "1m", for: "1m" },
    { fault: "process-restart", params: { component: "quality-monitor" }, after: "3m", for: "1m" },
    { fault: "process-restart", params: { component: "exporter" }, after: "5m", for: "1m" },
    { fault: "burst", params: { count: 500 }, after: "7m", for: "1m" },
    { fault: "process-restart", params: { component: "websocket-server" }, after: "8m", for: "1m" },
  ],
  hold: "10m",
  settle: "7m",
  expect: [{ alert: "Watchdog", always: true }],
});
