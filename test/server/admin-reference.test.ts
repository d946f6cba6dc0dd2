// The reference of admin calls names each call that there is, and no other.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { adminRoutes } from "../../src/server/admin-routes.ts";
import { TenantRateLimiter } from "../../src/stream/index.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { manualClock } from "../support/manual-clock.ts";

const REFERENCE = join(import.meta.dir, "..", "..", "src", "server", "ADMIN.md");

function routedCalls(): readonly string[] {
  const tenantLimiter = new TenantRateLimiter({
    limit: { messagesPerSecond: 1, burstCapacity: 1 },
    clock: manualClock(),
    metrics: createMetrics({ catalogue: CATALOGUE, component: "websocket-server" }),
    log: silentLog,
  });
  const { routes } = adminRoutes(
    {
      haltedThreads: () => [],
      resetThread: () => false,
      resetHaltedThreads: () => 0,
      partitions: () => ({ paused: [], waitingForDeadLetters: [] }),
      resumePartition: () => false,
      tenantLimiter,
    },
    null,
    silentLog,
  );
  const calls = routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} /admin${path.replaceAll(/:(\w+)/g, "{$1}").replace(/\/$/, "")}`);
  return [...new Set(calls)].sort();
}

test("every admin call has its entry, and every entry its call", () => {
  const headings = readFileSync(REFERENCE, "utf8").matchAll(/^### `(.+)`$/gm);
  expect([...headings].map(([, call]) => call).sort()).toEqual([...routedCalls()]);
});
