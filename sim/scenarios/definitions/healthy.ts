// A negative control: an hour in which nothing is wrong, though a lot happens that looks like it.

import { defineScenario } from "../scenario.ts";

export const healthy = defineScenario({
  name: "healthy",
  summary:
    "An hour of an ordinary day: clients that come and go, bursts, restarted producers and a quiet night raise nothing.",
  redis: true,
  env: { TENANT_RATE_LIMIT_PER_SEC: "200", TENANT_RATE_LIMIT_STORE: "redis" },
  traffic: { rate: 5, tenants: 5, threads: 20 },
  clients: 3,
  faults: [
    { fault: "reconnect-storm", after: "1m", for: "6m" },
    { fault: "burst", params: { count: 500 }, after: "3m", for: "1m" },
    { fault: "producer-restart", after: "17m", for: "1m" },
    { fault: "malformed-control", after: "19m", for: "1m" },
    { fault: "idle", after: "21m", for: "20m" },
    { fault: "burst", params: { count: 500 }, after: "42m", for: "1m" },
    { fault: "producer-restart", after: "46m", for: "1m" },
  ],
  hold: "50m",
  settle: "7m",
  expect: [{ alert: "Watchdog", always: true }],
});
