// Faults over HTTP: what is in force, putting one in force, clearing it. sim/README.md is the reference.

import { Hono } from "hono";
import { z } from "zod";
import { DashstreamError, describeError } from "../../../src/errors.ts";
import { limitedBody } from "../../../src/server/limited-body.ts";
import { methodNotAllowed } from "../../../src/server/method-not-allowed.ts";
import { requireAdmin } from "../../../src/server/require-admin.ts";
import { getOnly, type RouteEnv } from "../../../src/server/service-routes.ts";
import type { Log } from "../../../src/telemetry/log.ts";
import type { FaultBoard, FaultInForce } from "../../faults/fault-board.ts";

export interface FaultRoutesOptions {
  readonly board: FaultBoard;
  /** Names of the faults that may be put in force. */
  readonly available: readonly string[];
  /** `null`: only callers on this machine may change anything, or look. */
  readonly adminToken: string | null;
  readonly log: Log;
}

const MAX_BODY_BYTES = 64 * 1024;
const ORDER = z.strictObject({
  fault: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
});
const EXPECTED = '{"fault": "name", "params": {...}}';

function shown({ id, fault, params, sinceMs, hits }: FaultInForce) {
  return { id, fault, params, since: new Date(sinceMs).toISOString(), hits };
}

/** The HTTP application; `app.fetch(request, context)` answers a request. */
export function faultRoutes({ board, available, adminToken, log }: FaultRoutesOptions): Hono<RouteEnv> {
  const app = new Hono<RouteEnv>();
  getOnly(app, "/healthz", (c) => c.json({ status: "alive" }));
  app.use(requireAdmin(adminToken));
  app.get("/faults", (c) => c.json({ faults: board.list().map(shown), available }));
  app.post("/faults", limitedBody(MAX_BODY_BYTES), async (c) => {
    const body = await c.req.text();
    const order = ORDER.safeParse(parsed(body));
    if (!order.success) {
      return c.json({ error: `body: ${JSON.stringify(body.slice(0, 100))}, expected ${EXPECTED}` }, 400);
    }
    const { fault, params } = order.data;
    const applied = await board.apply(fault, params);
    if (applied.kind === "in force already") {
      return c.json({ error: `fault ${fault}: is in force already, as ${applied.fault.id}` }, 409);
    }
    const { id, params: checked } = applied.fault;
    log.warn("fault put in force", { id, fault, params: JSON.stringify(checked) });
    return c.json(shown(applied.fault), 201);
  });
  app.delete("/faults", async (c) => {
    const cleared = await board.clearAll();
    log.warn("all faults cleared", { count: cleared.length });
    return c.json({ cleared: cleared.map(shown) });
  });
  app.all("/faults", methodNotAllowed("GET, HEAD, POST, DELETE"));
  app.delete("/faults/:id", async (c) => {
    const id = c.req.param("id");
    const cleared = await board.clear(id);
    if (cleared === null) return c.json({ error: `no fault ${JSON.stringify(id)} is in force` }, 404);
    log.warn("fault cleared", { id, fault: cleared.fault, hits: cleared.hits });
    return c.json(shown(cleared));
  });
  app.all("/faults/:id", methodNotAllowed("DELETE"));
  app.notFound((c) => c.json({ error: "not found", path: c.req.path }, 404));
  app.onError((error, c) => {
    const code = error instanceof DashstreamError ? error.code : null;
    if (code === "scenario_invalid") return c.json({ error: error.message }, 400);
    log.error("request failed", { method: c.req.method, path: c.req.path, error: describeError(error) });
    return c.json({ error: code === null ? "internal error" : describeError(error) }, 502);
  });
  return app;
}

/** `null` if the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
