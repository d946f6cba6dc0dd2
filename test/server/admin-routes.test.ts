import { describe, expect, test } from "bun:test";
import type { RequestContext } from "../../src/runtime/http.ts";
import { type AdminActions, adminRoutes } from "../../src/server/admin-routes.ts";
import { silentLog } from "../../src/telemetry/log.ts";

const actions: AdminActions = {
  haltedThreads: () => [{ partition: 0, threadId: "a" }],
  resetThread: (threadId) => threadId === "a",
  resetHaltedThreads: () => 2,
  resumePartition: (partition) => partition === 1,
};

function call(
  path: string,
  options: { token?: string; peer?: string; headers?: Record<string, string>; get?: boolean } = {},
) {
  const context: RequestContext = {
    peerAddress: options.peer ?? "127.0.0.1",
    wantsUpgrade: false,
    upgrade: () => null,
  };
  const request = new Request(`http://x${path}`, {
    method: options.get ? "GET" : "POST",
    headers: options.headers ?? {},
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
      threads: [{ partition: 0, threadId: "a" }],
    });
  });

  test("resume a paused partition and refuse what is none", async () => {
    expect(await (await call("/partitions/1/resume")).json()).toEqual({ resumed: 1 });
    expect((await call("/partitions/2/resume")).status).toBe(404);
    expect((await call("/partitions/x/resume")).status).toBe(400);
  });
});
