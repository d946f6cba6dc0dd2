import { describe, expect, test } from "bun:test";
import type { RequestContext } from "../../src/runtime/http.ts";
import { type AdminActions, adminRoutes } from "../../src/server/admin-routes.ts";
import { TenantRateLimiter } from "../../src/stream/index.ts";
import type { SequenceGap } from "../../src/stream/sequence.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { manualClock } from "../support/manual-clock.ts";

const HALTED: SequenceGap = { partition: 0, threadId: "a", expected: 2, received: 3, size: 1 };
const actions: AdminActions = {
  haltedThreads: () => [HALTED],
  resetThread: (threadId) => threadId === "a",
  resetHaltedThreads: () => 2,
  partitions: () => ({ paused: [{ partition: 1, offset: 17 }], waitingForDeadLetters: [0, 3] }),
  resumePartition: (partition) => partition === 1,
  tenantLimiter: null,
};

function call(
  path: string,
  options: {
    token?: string;
    peer?: string;
    headers?: Record<string, string>;
    get?: boolean;
    body?: string;
  } = {},
) {
  const context: RequestContext = {
    peerAddress: options.peer ?? "127.0.0.1",
    wantsUpgrade: false,
    upgrade: () => null,
  };
  const request = new Request(`http://x${path}`, {
    method: options.get ? "GET" : "POST",
    headers: options.headers ?? {},
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  return adminRoutes(actions, options.token ?? null, silentLog).fetch(request, context);
}

describe("admin calls", () => {
  test("without a token are for callers on this machine, and not for the guests of a proxy or a web page there", async () => {
    expect((await call("/threads/reset")).status).toBe(200);
    expect((await call("/threads/reset", { peer: "::1" })).status).toBe(200);
    expect((await call("/threads/reset", { peer: "10.0.0.7" })).status).toBe(403);
    expect(
      (await call("/threads/reset", { peer: "127.0.0.1", headers: { "x-forwarded-for": "8.8.8.8" } })).status,
    ).toBe(403);
    expect((await call("/threads/reset", { headers: { origin: "http://evil.example" } })).status).toBe(403);
  });

  test("with a token need it, wherever they come from", async () => {
    const token = "s3cret";
    expect((await call("/threads/reset", { token })).status).toBe(401);
    expect((await call("/threads/reset", { token, headers: { authorization: "Bearer wrong" } })).status).toBe(
      401,
    );
    const allowed = await call("/threads/reset", {
      token,
      peer: "10.0.0.7",
      headers: { authorization: "Bearer s3cret" },
    });
    expect(await allowed.json()).toEqual({ reset: 2 });
  });

  test("reset a thread that is tracked and say when it is not", async () => {
    expect(await (await call("/threads/a/reset")).json()).toEqual({ reset: "a" });
    expect((await call("/threads/b/reset")).status).toBe(404);
    expect(await (await call("/threads/halted", { get: true })).json()).toEqual({
      threads: [HALTED],
    });
  });

  test("reset the threads that a body names, whatever they are called, and say which are not tracked", async () => {
    const reset = (body: string) => call("/threads/reset", { body });
    const answer = await reset('{"thread_ids":["a","..","b/c%2F"]}');
    expect(await answer.json()).toEqual({ reset: ["a"], not_tracked: ["..", "b/c%2F"] });
    for (const body of [
      "{",
      "[]",
      "{}",
      '{"thread_ids":[]}',
      '{"thread_ids":[1]}',
      '{"thread_ids":["a"],"x":1}',
    ]) {
      const refused = await reset(body);
      expect([body, refused.status]).toEqual([body, 400]);
      expect(await refused.json()).toMatchObject({
        error: expect.stringContaining(", expected nothing, or {"),
      });
    }
    expect((await reset("x".repeat(1024 * 1024 + 1))).status).toBe(413);
  });

  test("reset a thread that the path names, percent-encoded", async () => {
    for (const id of ["a/b", "100%", "%2F", "two words", "späth/運行", "q?x=1#y", "-dash", "halted"]) {
      const answer = await call(`/threads/${encodeURIComponent(id)}/reset`);
      expect([id, await answer.json()]).toEqual([id, { error: "thread is not tracked", thread_id: id }]);
    }
  });

  test("answer a wrong method with those that work", async () => {
    for (const [path, get, allow] of [
      ["/threads/halted", false, "GET, HEAD"],
      ["/threads/reset", true, "POST"],
      ["/threads/a/reset", true, "POST"],
      ["/partitions", false, "GET, HEAD"],
      ["/partitions/1/resume", true, "POST"],
    ] as const) {
      const answer = await call(path, { get });
      expect([path, answer.status, answer.headers.get("allow")]).toEqual([path, 405, allow]);
    }
  });

  test("list the partitions that stand still, and why", async () => {
    expect(await (await call("/partitions", { get: true })).json()).toEqual({
      paused: [{ partition: 1, offset: 17 }],
      waiting_for_dead_letters: [0, 3],
    });
  });

  test("resume a paused partition and refuse what is none", async () => {
    expect(await (await call("/partitions/1/resume")).json()).toEqual({ resumed: 1 });
    expect((await call("/partitions/2/resume")).status).toBe(404);
    expect((await call("/partitions/x/resume")).status).toBe(400);
  });
});

describe("limits per tenant", () => {
  const LIMIT = { messages_per_second: 500, burst_capacity: 5000 };

  function rig(limit = { messagesPerSecond: 100, burstCapacity: 1000 }) {
    const metrics = createMetrics({ catalogue: CATALOGUE, component: "websocket-server" });
    const limiter = new TenantRateLimiter({ limit, clock: manualClock(), metrics, log: silentLog });
    const app = adminRoutes({ ...actions, tenantLimiter: limiter }, null, silentLog);
    const context: RequestContext = { peerAddress: "127.0.0.1", wantsUpgrade: false, upgrade: () => null };
    const send = async (method: string, path: string, body?: unknown) => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const request = new Request(`http://x/limits${path}`, { method, ...(body ? { body: text } : {}) });
      const response = await app.fetch(request, context);
      return { status: response.status, body: await response.json() };
    };
    return { limiter, send };
  }

  test("are shown, set and taken back, and count at once", async () => {
    const { limiter, send } = rig();
    expect(await send("PUT", "/acme", LIMIT)).toEqual({ status: 200, body: { tenant_id: "acme", ...LIMIT } });
    expect(limiter.check("acme", 5000)).toBe(true);
    expect(await send("PUT", "/two%20words%2Fslash", LIMIT)).toMatchObject({ status: 200 });
    expect(await send("GET", "/acme")).toEqual({
      status: 200,
      body: { tenant_id: "acme", ...LIMIT, own: true },
    });
    expect(await send("GET", "/other")).toEqual({
      status: 200,
      body: { tenant_id: "other", messages_per_second: 100, burst_capacity: 1000, own: false },
    });
    expect(await send("GET", "")).toEqual({
      status: 200,
      body: {
        store: "local",
        default: { messages_per_second: 100, burst_capacity: 1000 },
        tenants: { acme: LIMIT, "two words/slash": LIMIT },
      },
    });
    expect(await send("DELETE", "/acme")).toEqual({
      status: 200,
      body: { removed: "acme", messages_per_second: 100, burst_capacity: 1000 },
    });
    expect(await send("DELETE", "/acme")).toEqual({
      status: 404,
      body: { error: "the tenant has no limit of its own", tenant_id: "acme" },
    });
  });

  test.each([
    [
      { ...LIMIT, burst_capacity: 1.5 },
      "burst_capacity is 1.5, expected a whole number from 0 to 1000000000",
    ],
    [{ messages_per_second: 1 }, "burst_capacity is missing, expected a whole number from 0 to 1000000000"],
    ["no json", 'body is "no json", expected a JSON object with messages_per_second and burst_capacity'],
    ["[1]", 'body is "[1]", expected a JSON object with messages_per_second and burst_capacity'],
    ["", "body is empty, expected a JSON object with messages_per_second and burst_capacity"],
  ])("refuse %j with what was expected", async (body, problem) => {
    const { limiter, send } = rig();
    expect(await send("PUT", "/acme", body)).toEqual({
      status: 400,
      body: { error: "invalid limit", details: [problem] },
    });
    expect(limiter.limits().tenants.size).toBe(0);
  });

  test("refuse a body that is too large, one tenant too many, and other methods", async () => {
    const { limiter, send } = rig();
    expect((await send("PUT", "/acme", "x".repeat(5_000))).status).toBe(413);
    const limit = { messagesPerSecond: 1, burstCapacity: 1 };
    limiter.replaceTenantLimits(new Map(Array.from({ length: 10_000 }, (_, i) => [`t${i}`, limit])));
    expect(await send("PUT", "/acme", LIMIT)).toEqual({
      status: 409,
      body: { error: "too many tenants have limits of their own", tenant_id: "acme" },
    });
    expect([(await send("POST", "/acme")).status, (await send("DELETE", "")).status]).toEqual([405, 405]);
  });

  test("say how to have them where there are none, and are for administrators only", async () => {
    const missing = await call("/limits", { get: true });
    expect(missing.status).toBe(409);
    expect(await missing.json()).toEqual({
      error: "there are no limits per tenant; set TENANT_RATE_LIMIT_PER_SEC to have them",
    });
    expect((await call("/limits", { get: true, peer: "10.0.0.7" })).status).toBe(403);
  });
});
