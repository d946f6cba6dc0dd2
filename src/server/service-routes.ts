// What every service of this project answers over HTTP alike: whether it lives, whether it is ready, its metrics,
// and what comes of a wrong method, an unknown path or a defect.

import type { Context, Hono } from "hono";
import { describeError } from "../errors.ts";
import type { RequestContext } from "../runtime/http.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { methodNotAllowed } from "./method-not-allowed.ts";

/** Hono's environment: `c.env` is the request context of the runtime's server. */
export interface RouteEnv {
  readonly Bindings: RequestContext;
}

export interface ServiceRouteDeps {
  readonly metrics: Pick<Metrics, "expose">;
  /** Why the service should get no traffic now, for people; empty = ready. */
  readonly notReadyReasons: () => readonly string[];
  readonly draining: () => boolean;
  readonly log: Log;
}

/** Adds `/healthz`, `/readyz` and `/metrics`, and the answers to what no route takes. */
export function addServiceRoutes(app: Hono<RouteEnv>, deps: ServiceRouteDeps): void {
  getOnly(app, "/healthz", (c) => c.json({ status: "alive" }));
  getOnly(app, "/readyz", (c) => readiness(c, deps));
  getOnly(app, "/metrics", async (c) => {
    const { contentType, body } = await deps.metrics.expose(c.req.header("accept") ?? null);
    return c.body(body, 200, { "content-type": contentType });
  });
  app.notFound((c) => c.json({ error: "not found", path: c.req.path }, 404));
  app.onError((error, c) => {
    deps.log.error("request failed", { method: c.req.method, path: c.req.path, error: describeError(error) });
    return c.json({ error: "internal error" }, 500);
  });
}

/** Answers GET and HEAD at `path` with `handle`, other methods with 405. */
export function getOnly(
  app: Hono<RouteEnv>,
  path: string,
  handle: (c: Context<RouteEnv>) => Response | Promise<Response>,
): void {
  app.get(path, handle);
  app.all(path, methodNotAllowed("GET, HEAD"));
}

function readiness(c: Context<RouteEnv>, deps: ServiceRouteDeps): Response {
  const reasons = deps.draining() ? ["the server is shutting down"] : deps.notReadyReasons();
  return c.json({ ready: reasons.length === 0, reasons }, reasons.length === 0 ? 200 : 503);
}
