// Admin calls about limits per tenant: which are in force, a limit for one tenant, and back to that of all others.
// Changes are this server's own and last until it ends or its file of limits is read again.

import { Hono } from "hono";
import { parseTenantLimit } from "../config/tenant-limits-file.ts";
import type { TenantRateLimiter } from "../stream/tenant-rate-limiter.ts";
import type { RateLimit } from "../stream/token-bucket.ts";
import type { Log } from "../telemetry/log.ts";
import { limitedBody } from "./limited-body.ts";
import { methodNotAllowed } from "./method-not-allowed.ts";
import type { RouteEnv } from "./service-routes.ts";

/** A limit is two numbers. */
const MAX_BODY_BYTES = 4_096;

/** `null`: every call is answered with how to turn limits on. */
export function tenantLimitRoutes(limiter: TenantRateLimiter | null, log: Log): Hono<RouteEnv> {
  const app = new Hono<RouteEnv>();
  if (limiter === null) {
    app.all("*", (c) =>
      c.json({ error: "there are no limits per tenant; set TENANT_RATE_LIMIT_PER_SEC to have them" }, 409),
    );
    return app;
  }
  app.get("/", (c) => {
    const { byDefault, tenants } = limiter.limits();
    return c.json({
      store: limiter.state.store,
      default: asJson(byDefault),
      tenants: Object.fromEntries([...tenants].map(([tenantId, limit]) => [tenantId, asJson(limit)])),
    });
  });
  app.all("/", methodNotAllowed("GET, HEAD"));
  app.put("/:tenant", limitedBody(MAX_BODY_BYTES), async (c) => {
    const tenantId = c.req.param("tenant");
    const parsed = parseTenantLimit(await c.req.json().catch(() => null));
    if (!parsed.ok) return c.json({ error: "invalid limit", details: parsed.problems }, 400);
    if (!limiter.setTenantLimit(tenantId, parsed.limit)) {
      return c.json({ error: "too many tenants have limits of their own", tenant_id: tenantId }, 409);
    }
    log.info("admin: tenant limit set", { tenant_id: tenantId, ...asJson(parsed.limit) });
    return c.json({ tenant_id: tenantId, ...asJson(parsed.limit) });
  });
  app.delete("/:tenant", (c) => {
    const tenantId = c.req.param("tenant");
    if (!limiter.removeTenantLimit(tenantId)) {
      return c.json({ error: "the tenant has no limit of its own", tenant_id: tenantId }, 404);
    }
    log.info("admin: tenant limit removed", { tenant_id: tenantId });
    return c.json({ removed: tenantId, ...asJson(limiter.limits().byDefault) });
  });
  app.all("/:tenant", methodNotAllowed("PUT, DELETE"));
  return app;
}

function asJson({ messagesPerSecond, burstCapacity }: RateLimit) {
  return { messages_per_second: messagesPerSecond, burst_capacity: burstCapacity };
}
