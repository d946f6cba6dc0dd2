// Admin calls over HTTP: letting halted threads and paused partitions go on, limits per tenant. Each says what it did;
// ADMIN.md is their reference.

import { type Context, Hono } from "hono";
import { z } from "zod";
import type { SequenceGap } from "../stream/sequence.ts";
import type { TenantRateLimiter } from "../stream/tenant-rate-limiter.ts";
import type { Log } from "../telemetry/log.ts";
import { limitedBody } from "./limited-body.ts";
import { methodNotAllowed } from "./method-not-allowed.ts";
import type { PausedPartition } from "./paused-partitions.ts";
import { requireAdmin } from "./require-admin.ts";
import type { RouteEnv } from "./service-routes.ts";
import { tenantLimitRoutes } from "./tenant-limit-routes.ts";

export interface StandingPartitions {
  /** At a bad record, until they are resumed. */
  readonly paused: readonly PausedPartition[];
  /** Until Kafka has their dead letters (`DLQ_FAIL_CLOSED`); they go on by themselves. */
  readonly waitingForDeadLetters: readonly number[];
}

export interface AdminActions {
  /** Each halted thread, with the gap that halted it. */
  haltedThreads(): readonly SequenceGap[];
  /** Forgets a thread, so that its next record is a new baseline; false if it is not tracked. */
  resetThread(threadId: string): boolean;
  /** Lets all halted threads go on; gives their number. */
  resetHaltedThreads(): number;
  /** Partitions that stand still, and why. */
  partitions(): StandingPartitions;
  /** Lets a partition go on after the bad record that paused it; false if it was not paused. */
  resumePartition(partition: number): boolean;
  /** `null` if there are no limits. */
  readonly tenantLimiter: TenantRateLimiter | null;
}

/** To be mounted at `/admin`; each call is refused to who may not administer. */
export function adminRoutes(actions: AdminActions, token: string | null, log: Log): Hono<RouteEnv> {
  const app = new Hono<RouteEnv>();
  app.use(requireAdmin(token));
  app.get("/threads/halted", (c) => c.json({ threads: actions.haltedThreads() }));
  app.all("/threads/halted", methodNotAllowed("GET, HEAD"));
  app.post("/threads/reset", limitedBody(MAX_BODY_BYTES), async (c) => {
    const body = await c.req.text();
    if (body !== "") return resetThreads(c, body, actions, log);
    const count = actions.resetHaltedThreads();
    log.info("admin: all halted threads reset", { count });
    return c.json({ reset: count });
  });
  app.all("/threads/reset", methodNotAllowed("POST"));
  // For people with curl. It cannot say every id: a thread called ".." is a step up in any path.
  app.post("/threads/:id/reset", (c) => {
    const threadId = c.req.param("id");
    if (!actions.resetThread(threadId))
      return c.json({ error: "thread is not tracked", thread_id: threadId }, 404);
    log.info("admin: thread reset", { thread_id: threadId });
    return c.json({ reset: threadId });
  });
  app.all("/threads/:id/reset", methodNotAllowed("POST"));
  addPartitionRoutes(app, actions, log);
  app.route("/limits", tenantLimitRoutes(actions.tenantLimiter, log));
  return app;
}

function addPartitionRoutes(app: Hono<RouteEnv>, actions: AdminActions, log: Log): void {
  app.get("/partitions", (c) => {
    const { paused, waitingForDeadLetters } = actions.partitions();
    return c.json({ paused, waiting_for_dead_letters: waitingForDeadLetters });
  });
  app.all("/partitions", methodNotAllowed("GET, HEAD"));
  app.post("/partitions/:partition/resume", (c) => {
    const text = c.req.param("partition");
    if (!/^\d{1,9}$/.test(text)) {
      return c.json({ error: `partition: "${text}" is not a partition number` }, 400);
    }
    const partition = Number(text);
    if (!actions.resumePartition(partition))
      return c.json({ error: "partition is not paused", partition }, 404);
    log.info("admin: partition resumed", { partition });
    return c.json({ resumed: partition });
  });
  app.all("/partitions/:partition/resume", methodNotAllowed("POST"));
}

const MAX_BODY_BYTES = 1024 * 1024;
const resetRequest = z.strictObject({ thread_ids: z.array(z.string()).min(1).max(10_000) });

/** Resets the threads that the body names, whatever their ids are made of. */
async function resetThreads(c: Context, body: string, actions: AdminActions, log: Log): Promise<Response> {
  const request = resetRequest.safeParse(await c.req.json().catch(() => null));
  if (!request.success) {
    const expected = 'nothing, or {"thread_ids": ["...", ...]} with 1 to 10000 of them';
    return c.json({ error: `body: ${JSON.stringify(body.slice(0, 100))}, expected ${expected}` }, 400);
  }
  const ids = request.data.thread_ids;
  const { reset = [], not_tracked = [] } = Object.groupBy(ids, (id) =>
    actions.resetThread(id) ? "reset" : "not_tracked",
  );
  for (const id of reset) log.info("admin: thread reset", { thread_id: id });
  return c.json({ reset, not_tracked });
}
