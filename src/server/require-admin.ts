// The check before each administrative call over HTTP.

import type { MiddlewareHandler } from "hono";
import { mayAdminister } from "./admin-auth.ts";
import type { RouteEnv } from "./service-routes.ts";

/** Answers 401 (or 403, if no token is configured) to who may not administer. */
export function requireAdmin(token: string | null): MiddlewareHandler<RouteEnv> {
  return async (c, next) => {
    const request = {
      peerAddress: c.env.peerAddress,
      authorization: c.req.header("authorization") ?? null,
      onBehalf: ["x-forwarded-for", "forwarded", "origin"].some((name) => c.req.header(name) !== undefined),
    };
    if (mayAdminister(request, token)) return next();
    if (token === null) {
      return c.json(
        { error: "admin calls are allowed from this machine only; set ADMIN_TOKEN to allow others" },
        403,
      );
    }
    c.header("www-authenticate", "Bearer");
    return c.json({ error: "admin calls need the admin token as bearer token" }, 401);
  };
}
