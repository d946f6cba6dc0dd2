// A tenant sends more than it may.

import { defineScenario } from "../scenario.ts";

export const tenantFlood = defineScenario({
  name: "tenant-flood",
  summary: "One tenant sends a little more than its limit, all the time; the others are not touched.",
  env: { TENANT_RATE_LIMIT_PER_SEC: "20", TENANT_RATE_BURST: "60" },
  // Far below the limit of each tenant, also in a drill with denser traffic.
  traffic: { rate: 1 },
  faults: [{ fault: "tenant-flood", params: { tenant: "flood", rate: 20.2 } }],
  hold: "7m",
  expect: [{ alert: "TenantRateLimitExceeded", labels: { tenant_id: "flood" } }],
});
