// The HTTP face of the appliance: which path answers what. Handlers only translate; what they report is computed
// elsewhere. An error inside never shows its stack to a client.

import { type Context, Hono } from "hono";
import type { Clock } from "../runtime/clock.ts";
import type { RequestContext } from "../runtime/http.ts";
import type { Counter, Metrics } from "../telemetry/metrics.ts";
import { clientIp } from "./client-ip.ts";
import { type ConnectionLimit, holdSlotWhileOpen } from "./connection-limit.ts";
import { expectedSchemaRoutes } from "./expected-schema-routes.ts";
import type { ExpectedSchemas } from "./expected-schemas.ts";
import type { HealthReport } from "./health-report.ts";
import { originAllowed } from "./origin.ts";
import { type RunbookSource, runbookRoutes } from "./runbook-routes.ts";
import { addServiceRoutes, getOnly, type RouteEnv, type ServiceRouteDeps } from "./service-routes.ts";
import type { VersionReport } from "./version.ts";

/**
 * Turns a request that passed all checks into a WebSocket through `context.upgrade` and returns its response;
 * 400 if the handshake is not valid. The connection is counted for `clientIp` until the socket closes.
 */
export type AcceptWebSocket = (context: RequestContext, request: Request, clientIp: string) => Response;

export interface RouteDeps extends ServiceRouteDeps {
  readonly acceptWebSocket: AcceptWebSocket;
  readonly connectionLimit: ConnectionLimit;
  /** Proxies whose `x-forwarded-for` counts, in canonical form (`canonicalIp`). */
  readonly trustedProxies: ReadonlySet<string>;
  /** Origins of web pages that may connect; none = pages of this host, `*` = all. */
  readonly allowedOrigins: readonly string[];
  readonly health: () => HealthReport;
  readonly version: VersionReport;
  readonly metrics: Metrics;
  readonly expectedSchemas: ExpectedSchemas;
  /** Without it nothing is served below `/runbook`. */
  readonly runbook?: RunbookSource;
  /** Routes below `/admin`, with their own check of who may call. */
  readonly admin: Hono<RouteEnv>;
  readonly clock: Clock;
}

/** The HTTP application; `app.fetch(request, context)` answers a request. */
export function createRoutes(deps: RouteDeps): Hono<RouteEnv> {
  const app = new Hono<RouteEnv>();
  const refusals = handshakeRefusals(deps.metrics);
  getOnly(app, "/ws", (c) => acceptConnection(c, deps, refusals));
  getOnly(app, "/health", (c) => c.json(deps.health()));
  getOnly(app, "/version", (c) => c.json(deps.version));
  app.route("/admin", deps.admin);
  app.route("/api/expected-schema", expectedSchemaRoutes(deps.expectedSchemas, deps.log));
  if (deps.runbook) app.route("/runbook", runbookRoutes(deps.runbook));
  addServiceRoutes(app, deps);
  return app;
}

interface HandshakeRefusals {
  readonly tooMany: Counter;
  readonly origin: Counter;
  readonly shuttingDown: Counter;
  readonly invalid: Counter;
}

function handshakeRefusals(metrics: Metrics): HandshakeRefusals {
  const refused = (reason: string) => metrics.counter("websocket_refused_handshakes_total", { reason });
  return {
    tooMany: metrics.counter("websocket_rejected_connections_total"),
    origin: refused("origin"),
    shuttingDown: refused("shutting_down"),
    invalid: refused("invalid"),
  };
}

function acceptConnection(c: Context<RouteEnv>, deps: RouteDeps, refusals: HandshakeRefusals): Response {
  const context = c.env;
  if (!context.wantsUpgrade) {
    return c.text("This path speaks WebSocket only", 426, { upgrade: "websocket", connection: "Upgrade" });
  }
  if (deps.draining()) {
    refusals.shuttingDown.inc();
    return c.text("The server is shutting down", 503);
  }
  const origin = c.req.header("origin") ?? null;
  if (!originAllowed(origin, c.req.header("host") ?? null, deps.allowedOrigins)) {
    refusals.origin.inc();
    deps.log.warn("websocket refused: origin not allowed", { origin });
    return c.text("Pages of this origin may not connect (WEBSOCKET_ALLOWED_ORIGINS)", 403);
  }
  const ip = clientIp(context.peerAddress, c.req.header("x-forwarded-for") ?? null, deps.trustedProxies);
  const slot = deps.connectionLimit.acquire(ip);
  if (slot === null) {
    refusals.tooMany.inc();
    return c.text("Too many connections from this IP", 429);
  }
  const holding = holdSlotWhileOpen(context, slot, deps.clock);
  try {
    return deps.acceptWebSocket(holding, c.req.raw, ip);
  } finally {
    if (!holding.upgradeAccepted) {
      refusals.invalid.inc();
      slot.release();
    }
  }
}
