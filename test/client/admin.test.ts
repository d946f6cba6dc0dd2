import { afterEach, describe, expect, test } from "bun:test";
import { type AdminClientOptions, createAdminClient } from "../../src/client/admin.ts";
import type { HttpServer } from "../../src/runtime/http.ts";
import { serveHttp } from "../../src/runtime/serve.ts";

let server: HttpServer | undefined;
afterEach(() => server?.stop());

/** A client of a server that gives this answer, and the requests that it got. */
async function clientOf(
  answer: () => Response | Promise<Response>,
  changes: Partial<AdminClientOptions> = {},
) {
  const requests: { readonly line: string; readonly authorization: string | null; readonly body: string }[] =
    [];
  server = await serveHttp({
    hostname: "127.0.0.1",
    port: 0,
    maxFrameBytes: 1024,
    maxBufferedBytes: 1024,
    async fetch(request) {
      const authorization = request.headers.get("authorization");
      const line = `${request.method} ${new URL(request.url).pathname}`;
      requests.push({ line, authorization, body: await request.text() });
      return await answer();
    },
  });
  const url = `http://127.0.0.1:${server.port}`;
  const timeout = () => AbortSignal.timeout(60_000);
  return { requests, url, client: createAdminClient({ url, token: null, timeout, ...changes }) };
}

const json =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body, { status });

describe("admin calls", () => {
  test("send what they ask, with the token, and read the answers", async () => {
    const answers = [
      { threads: [{ partition: 1, threadId: "a/b", expected: 2, received: 4, size: 2 }] },
      { reset: ["a/b"], not_tracked: [".."] },
      { reset: 3 },
    ];
    const { client, requests } = await clientOf(() => Response.json(answers.shift()), { token: "s3cret" });
    expect(await client.haltedThreads()).toEqual([
      { partition: 1, threadId: "a/b", expected: 2, received: 4, size: 2 },
    ]);
    expect(await client.resetThreads(["a/b", ".."])).toEqual({ reset: ["a/b"], notTracked: [".."] });
    expect(await client.resetHaltedThreads()).toBe(3);
    const authorization = "Bearer s3cret";
    expect(requests).toEqual([
      { line: "GET /admin/threads/halted", authorization, body: "" },
      { line: "POST /admin/threads/reset", authorization, body: '{"thread_ids":["a/b",".."]}' },
      { line: "POST /admin/threads/reset", authorization, body: "" },
    ]);
  });

  test("keep a path that stands before them", async () => {
    const { requests, url } = await clientOf(json({ threads: [] }));
    const timeout = () => AbortSignal.timeout(60_000);
    await createAdminClient({ url: `${url}/behind/proxy`, token: null, timeout }).haltedThreads();
    expect(requests[0]).toEqual({
      line: "GET /behind/proxy/admin/threads/halted",
      authorization: null,
      body: "",
    });
  });
});

describe("what goes wrong", () => {
  const refused = async (answer: () => Response, changes: Partial<AdminClientOptions> = {}) => {
    const { client, url } = await clientOf(answer, changes);
    const error: unknown = await client.haltedThreads().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "server_refused" });
    return String(Reflect.get(Object(error), "message")).replace(`${url}/admin/threads/halted: `, "");
  };

  test("is said with advice when the token is missing or another", async () => {
    expect(await refused(json({ error: "..." }, 401))).toBe(
      "the server wants its admin token; set ADMIN_TOKEN or ADMIN_TOKEN_FILE",
    );
    expect(await refused(json({ error: "..." }, 401), { token: "wrong" })).toBe(
      "the server does not take this admin token; it was started with another one",
    );
  });

  test("is said in the server's own words, or with what it answered", async () => {
    expect(await refused(json({ error: "from this machine only" }, 403))).toBe("from this machine only");
    expect(await refused(() => new Response("<h1>Not here</h1>\n", { status: 404 }))).toBe(
      "there is no dashstream server with admin calls (status 404: <h1>Not here</h1>)",
    );
    expect(await refused(() => new Response("fine"))).toBe("the answer is not that of a dashstream server");
    expect(await refused(json({ threads: [{}] }))).toBe("the answer is not that of a dashstream server");
    const moved = () =>
      new Response(null, { status: 302, headers: { location: "http://elsewhere.invalid/" } });
    expect(await refused(moved)).toBe("status 302: ");
  });

  test("is another error where nobody answers", async () => {
    const { client, url } = await clientOf(json({}));
    await server?.stop();
    await expect(client.haltedThreads()).rejects.toMatchObject({
      code: "server_unreachable",
      message: `${url}/admin/threads/halted: the server cannot be reached`,
    });
    const late = await clientOf(() => new Promise<Response>(() => {}), {
      timeout: () => AbortSignal.timeout(1),
    });
    await expect(late.client.resetHaltedThreads()).rejects.toMatchObject({
      code: "server_unreachable",
      message: `${late.url}/admin/threads/reset: the server did not answer in time`,
    });
  });
});
