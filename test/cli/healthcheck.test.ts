import { afterEach, describe, expect, test } from "bun:test";
import { healthcheckCommand } from "../../src/cli/healthcheck.ts";
import type { HttpServer } from "../../src/runtime/http.ts";
import { serveHttp } from "../../src/runtime/serve.ts";
import { runCommand } from "./cli-rig.ts";

let server: HttpServer | undefined;
afterEach(() => server?.stop());

/** A server that is alive and not ready. */
async function start(): Promise<string> {
  server = await serveHttp({
    hostname: "127.0.0.1",
    port: 0,
    maxFrameBytes: 1024,
    maxBufferedBytes: 1024,
    fetch: (request) => {
      const alive = request.url.endsWith("/healthz");
      return new Response(alive ? "alive" : '{"reasons":["no Kafka"]}', { status: alive ? 200 : 503 });
    },
  });
  return String(server.port);
}

const healthcheck = (...args: readonly string[]) =>
  runCommand([healthcheckCommand], ["healthcheck", ...args]);

describe("healthcheck", () => {
  test("exits 0 while the server is alive", async () => {
    const port = await start();
    expect(await healthcheck("--websocket-port", port)).toEqual({
      exitCode: 0,
      stdout: `healthy: http://127.0.0.1:${port}/healthz\n`,
      stderr: "",
    });
  });

  test("with --ready exits 1 while the server is not ready, and shows its reasons", async () => {
    const port = await start();
    const { exitCode, stderr } = await healthcheck("--websocket-port", port, "--ready");
    expect([exitCode, stderr]).toEqual([
      1,
      `error: http://127.0.0.1:${port}/readyz: status 503: {"reasons":["no Kafka"]}\n`,
    ]);
  });

  test("asks any address, and answers programs with one object", async () => {
    const url = `http://127.0.0.1:${await start()}/elsewhere`;
    const { exitCode, stdout } = await healthcheck("--url", url, "--json");
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ healthy: false, url });
  });

  test("exits 1 when nobody answers there", async () => {
    const { exitCode, stderr } = await healthcheck("--url", "http://127.0.0.1:1/healthz");
    expect(exitCode).toBe(1);
    expect(stderr).toStartWith("error: http://127.0.0.1:1/healthz: ");
  });

  test("exits 2 on an address that is none", async () => {
    expect((await healthcheck("--url", "nonsense")).exitCode).toBe(2);
  });
});
