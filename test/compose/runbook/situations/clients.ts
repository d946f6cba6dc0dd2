// Clients that do not read, and tenants that send more than they may.

import { LIMITED_TENANT, SERVER, TENANT_LIMIT } from "../site.ts";
import type { Situation } from "../situation.ts";

export const slowClient: Situation = {
  name: "a client that does not read",
  summary: "clients stop reading, and come back when the server ends them",
  alerts: ["HighDroppedMessageRate"],
  env: { [SERVER]: { WEBSOCKET_MAX_CLIENT_LAG: "100", WEBSOCKET_STALL_TIMEOUT_SECS: "600" } },
  async arise(site) {
    await site.break("slow-client");
    // Fills their sockets; from then on they fall behind.
    await site.break("burst", { count: 30, bytes: 500_000 });
  },
};

export const tenantOverLimit: Situation = {
  name: "a tenant over its limit",
  summary: `the tenant ${LIMITED_TENANT} may send 20 records a second, and sends 60`,
  alerts: ["TenantRateLimitExceeded"],
  async arise(site) {
    // Also forgets what an administrative call has set.
    site.writeLimits({ [LIMITED_TENANT]: TENANT_LIMIT });
    site.stack.signal(SERVER, "SIGHUP");
    await site.break("tenant-flood", { tenant: LIMITED_TENANT, rate: 60 });
  },
};
