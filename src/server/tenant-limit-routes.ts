// Admin calls about limits per tenant: which are in force, a limit for one tenant, and back to that of all others.
// Changes are this server's own and last until it ends or its file of limits is read again.

import { Hono } from "hono";
import { type ParsedLimit, parseTenantLimit } from "../config/tenant-limits-file.ts";
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
  app.get("/:tenant", (c) => {
    const tenantId = c.req.param("tenant");
    const { byDefault, tenants } = limiter.limits();
    const own = tenants.get(tenantId);
    return c.json({ tenant_id: tenantId, ...asJson(own ?? byDefault), own: own !== undefined });
  });
  app.put("/:tenant", limitedBody(MAX_BODY_BYTES), async (c) => {
    const tenantId = c.req.param("tenant");
    const parsed = parseBody(await c.req.text());
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
  app.all("/:tenant", methodNotAllowed("GET, HEAD, PUT, DELETE"));
  return app;
}

/** Characters of a body that is no object that are said back. */
const MAX_ECHO_LENGTH = 80;

function parseBody(text: string): ParsedLimit {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return parseTenantLimit(json);
  } catch {
    // Said below, as what is JSON and no object is.
  }
  const what = text === "" ? "empty" : JSON.stringify(text.slice(0, MAX_ECHO_LENGTH));
  return {
    ok: false,
    problems: [`body is ${what}, expected a JSON object with messages_per_second and burst_capacity`],
  };
}

function asJson({ messagesPerSecond, burstCapacity }: RateLimit) {
  return { messages_per_second: messagesPerSecond, burst_capacity: burstCapacity };
}
