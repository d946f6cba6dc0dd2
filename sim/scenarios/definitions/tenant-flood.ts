// A tenant sends more than it may.

import { defineScenario } from "../scenario.ts";

export const tenantFlood = defineScenario({
  name: "tenant-flood",
  summary: "One tenant sends ten times its limit; the others are not touched.",
  env: { TENANT_RATE_LIMIT_PER_SEC: "10" },
  faults: [{ fault: "tenant-flood", params: { tenant: "flood", rate: 100 } }],
  hold: "7m",
  expect: [{ alert: "TenantRateLimitExceeded", labels: { tenant_id: "flood" } }],
});
