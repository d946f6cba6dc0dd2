import { describe, expect, test } from "bun:test";
import type { RequestContext } from "../../src/runtime/http.ts";
import { type AdminActions, adminRoutes } from "../../src/server/admin-routes.ts";
import type { SequenceGap } from "../../src/stream/sequence.ts";
import { silentLog } from "../../src/telemetry/log.ts";

const HALTED: SequenceGap = { partition: 0, threadId: "a", expected: 2, received: 3, size: 1 };
const actions: AdminActions = {
  haltedThreads: () => [HALTED],
  resetThread: (threadId) => threadId === "a",
  resetHaltedThreads: () => 2,
  resumePartition: (partition) => partition === 1,
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

  test("resume a paused partition and refuse what is none", async () => {
    expect(await (await call("/partitions/1/resume")).json()).toEqual({ resumed: 1 });
    expect((await call("/partitions/2/resume")).status).toBe(404);
    expect((await call("/partitions/x/resume")).status).toBe(400);
  });
});
