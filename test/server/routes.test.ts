import { afterEach, describe, expect, test } from "bun:test";
import type { HttpServer, PeerHandler } from "../../src/runtime/http.ts";
import { serveHttp } from "../../src/runtime/serve.ts";
import { ConnectionLimit } from "../../src/server/connection-limit.ts";
import { createRoutes, type RouteDeps } from "../../src/server/routes.ts";
import { plainContext, routeDeps, silentHandler } from "./route-deps.ts";

function request(path: string, init: RequestInit = {}, changes: Partial<RouteDeps> = {}) {
  const app = createRoutes(routeDeps(changes));
  return app.fetch(new Request(`http://localhost:3002${path}`, init), plainContext());
}

describe("reports", () => {
  test("/health answers 200 with the whole report, even when nothing works", async () => {
    const response = await request("/health", {}, { notReadyReasons: () => ["Kafka has not joined"] });
    expect(response.status).toBe(200);
    const body = await response.json();
    expect(body.status).toBe("waiting");
    expect(body.metrics.kafka_messages_received).toBe(0);
    expect(body.connected_clients).toBe(0);
    expect(body.dlq_health.mode).toBe("fail_open");
  });

  test("/healthz says that the process is alive", async () => {
    const response = await request("/healthz", {}, { draining: () => true });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: "alive" });
  });

  test("/readyz is 503 with reasons until ready and while draining", async () => {
    const ready = await request("/readyz");
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, reasons: [] }]);
    const reasons = ["Kafka has not joined"];
    const starting = await request("/readyz", {}, { notReadyReasons: () => reasons });
    expect([starting.status, await starting.json()]).toEqual([503, { ready: false, reasons }]);
    const draining = await request("/readyz", {}, { draining: () => true });
    expect([draining.status, await draining.json()]).toEqual([
      503,
      { ready: false, reasons: ["the server is shutting down"] },
    ]);
  });

  test("/version names the resume namespace", async () => {
    const response = await request("/version");
    expect((await response.json()).resume_namespace).toStartWith("v1_");
  });

  test("/metrics speaks the format that is asked for", async () => {
    const plain = await request("/metrics");
    expect(plain.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
    expect(await plain.text()).toContain("websocket_rejected_connections_total 0");
    const open = await request("/metrics", { headers: { accept: "application/openmetrics-text" } });
    expect(open.headers.get("content-type")).toStartWith("application/openmetrics-text");
    expect(await open.text()).toEndWith("# EOF\n");
  });
});

describe("methods and paths", () => {
  test("HEAD answers as GET does, without a body", async () => {
    for (const path of ["/health", "/readyz", "/version", "/metrics", "/api/expected-schema"]) {
      const response = await request(path, { method: "HEAD" });
      expect([path, response.status, await response.text()]).toEqual([path, 200, ""]);
    }
  });

  test("a wrong method is 405 and names the right ones", async () => {
    for (const path of [
      "/ws",
      "/health",
      "/healthz",
      "/readyz",
      "/version",
      "/metrics",
      "/api/expected-schema",
    ]) {
      const response = await request(path, { method: "POST" });
      expect([path, response.status, response.headers.get("allow")]).toEqual([path, 405, "GET, HEAD"]);
    }
    const pin = await request("/api/expected-schema/g", { method: "POST" });
    expect([pin.status, pin.headers.get("allow")]).toEqual([405, "GET, HEAD, PUT, DELETE"]);
  });

  test("an unknown path is 404 in JSON", async () => {
    const response = await request("/nothing/here");
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: "not found", path: "/nothing/here" },
    ]);
  });

  test("a defect is 500 without a word about the inside", async () => {
    const health = () => {
      throw new Error("secret detail");
    };
    const response = await request("/health", {}, { health });
    expect([response.status, await response.text()]).toEqual([500, '{"error":"internal error"}']);
  });
});

describe("/ws", () => {
  let server: HttpServer | undefined;
  const open: WebSocket[] = [];

  afterEach(async () => {
    for (const socket of open.splice(0)) socket.close();
    await server?.stop();
  });

  async function serve(changes: Partial<RouteDeps>) {
    const deps = routeDeps(changes);
    const app = createRoutes(deps);
    server = await serveHttp({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (incoming, context) => app.fetch(incoming, context),
      maxFrameBytes: 1024,
      maxBufferedBytes: 1024 * 1024,
    });
    const url = `http://127.0.0.1:${server.port}/ws`;
    return { deps, url };
  }

  const handshake = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };

  function connect(url: string): Promise<WebSocket> {
    const socket = new WebSocket(url.replace("http", "ws"));
    open.push(socket);
    return new Promise((resolve, reject) => {
      socket.onopen = () => resolve(socket);
      socket.onclose = () => reject(new Error("refused"));
    });
  }

  test("a plain GET is told to upgrade", async () => {
    const response = await request("/ws");
    expect(response.status).toBe(426);
    expect(response.headers.get("upgrade")).toBe("websocket");
  });

  test("connections beyond the limit of an address are 429 and counted; a closed one makes room", async () => {
    const closed = Promise.withResolvers<void>();
    const handler: PeerHandler = { ...silentHandler, onClose: () => closed.resolve() };
    const { deps, url } = await serve({
      connectionLimit: new ConnectionLimit(1),
      acceptWebSocket: (context) => context.upgrade(() => handler) ?? new Response(null, { status: 400 }),
    });
    const first = await connect(url);
    const refused = await fetch(url, { headers: handshake });
    expect([refused.status, await refused.text()]).toEqual([429, "Too many connections from this IP"]);
    expect(refused.headers.get("content-type")).toStartWith("text/plain");
    expect(deps.metrics.counter("websocket_rejected_connections_total").value).toBe(1);
    first.close();
    await closed.promise;
    await connect(url);
  });

  test("a handshake that is not valid takes no slot", async () => {
    const { deps, url } = await serve({});
    const response = await fetch(url, { headers: { connection: "Upgrade", upgrade: "websocket" } });
    expect(response.status).toBe(400);
    expect(deps.connectionLimit.countOf("127.0.0.1")).toBe(0);
  });

  test("a session that cannot be made takes no slot", async () => {
    const { deps, url } = await serve({
      acceptWebSocket: () => {
        throw new Error("no session");
      },
    });
    expect((await fetch(url, { headers: handshake })).status).toBe(500);
    expect(deps.connectionLimit.countOf("127.0.0.1")).toBe(0);
  });

  test("the address behind a trusted proxy counts, over all its header lines", async () => {
    const seen: string[] = [];
    const { url } = await serve({
      trustedProxies: new Set(["127.0.0.1", "10.0.0.2"]),
      acceptWebSocket: (_context, _request, ip) => {
        seen.push(ip);
        return new Response(null, { status: 400 });
      },
    });
    const headers = new Headers(handshake);
    headers.append("x-forwarded-for", "6.6.6.6, 198.51.100.7");
    headers.append("x-forwarded-for", "10.0.0.2");
    await fetch(url, { headers });
    expect(seen).toEqual(["198.51.100.7"]);
  });

  test("pages of other origins are 403", async () => {
    const { deps, url } = await serve({});
    const response = await fetch(url, { headers: { ...handshake, origin: "https://evil.example" } });
    expect(response.status).toBe(403);
    expect(deps.connectionLimit.countOf("127.0.0.1")).toBe(0);
  });

  test("nobody is let in while draining", async () => {
    const { url } = await serve({ draining: () => true });
    expect((await fetch(url, { headers: handshake })).status).toBe(503);
  });
});
