import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../sim/broker/broker.ts";
import { ALERTS } from "../../src/alerts/registry.ts";
import { ruleFile } from "../../src/alerts/rule-file.ts";
import { serveCommand } from "../../src/cli/serve.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { runCommand } from "./cli-rig.ts";
import { type ProgramRun, startProgram } from "./process-rig.ts";

let broker: Broker | undefined;
let programs: ProgramRun[] = [];
afterEach(async () => {
  for (const { process } of programs) process.kill("SIGKILL");
  programs = [];
  await broker?.stop();
  broker = undefined;
});

async function startBroker(): Promise<Broker> {
  broker = await startEmbeddedBroker();
  broker.createTopic("telemetry", { partitions: 2 });
  return broker;
}

function serve(port: string, brokers: string, env: Record<string, string> = {}): ProgramRun {
  const flags = ["--websocket-port", port, "--kafka-brokers", brokers, "--kafka-topic", "telemetry"];
  const program = startProgram(["serve", ...flags], env);
  programs.push(program);
  return program;
}

const portOf = (startLine: string) => String(JSON.parse(startLine).listen).split(":").at(-1) ?? "";

describe("serve", () => {
  test("serves until SIGTERM, leaves its group, ends with 0, and logs JSON only", async () => {
    const { bootstrap } = await startBroker();
    const server = serve("0", bootstrap);
    const port = portOf(await server.lineWith("dashstream started"));
    await server.lineWith("partitions assigned");
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    server.process.kill("SIGTERM");
    expect(await server.ended()).toEqual({ exitCode: 0, stderr: "" });
    const texts = server.lines.map((line) => JSON.parse(line).msg);
    expect(texts.slice(-3)).toEqual(["shutting down", "partitions revoked", "ended in order"]);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });

  test("ends in order also while Kafka was never reached", async () => {
    const server = serve("0", "127.0.0.1:1", { SHUTDOWN_TIMEOUT_SECS: "10" });
    await server.lineWith("kafka connect failed");
    server.process.kill("SIGINT");
    expect((await server.ended()).exitCode).toBe(0);
  });

  test("serves the page that each alert links to", async () => {
    const server = serve("0", "127.0.0.1:1");
    const port = portOf(await server.lineWith("dashstream started"));
    const links = [...ruleFile().matchAll(/runbook_url: (\S+)/g)].map(
      ([, link]) => new URL(link ?? "").pathname,
    );
    expect(new Set(links).size).toBe(ALERTS.length);
    for (const path of new Set(links)) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      expect(`${path} ${response.status} ${(await response.text()).slice(0, 2)}`).toBe(`${path} 200 # `);
    }
  });

  test("reads its file of tenant limits again on SIGHUP, and keeps the old ones if it is wrong", async () => {
    const dir = mkdtempSync(join(tmpdir(), "dashstream-limits-"));
    const file = join(dir, "limits.json");
    const write = (rate: unknown) =>
      writeFileSync(file, JSON.stringify({ acme: { messages_per_second: rate, burst_capacity: 10 } }));
    write(1);
    const { bootstrap } = await startBroker();
    const server = serve("0", bootstrap, { TENANT_RATE_LIMIT_PER_SEC: "5", TENANT_RATE_LIMITS_FILE: file });
    const port = portOf(await server.lineWith("dashstream started"));
    const limits = async () => (await fetch(`http://127.0.0.1:${port}/admin/limits`)).json();
    const acme = (rate: number) => ({ acme: { messages_per_second: rate, burst_capacity: 10 } });
    expect(await limits()).toEqual({
      store: "local",
      default: { messages_per_second: 5, burst_capacity: 50 },
      tenants: acme(1),
    });
    write(2);
    server.process.kill("SIGHUP");
    await server.lineWith("tenant limits reloaded");
    expect(await limits()).toMatchObject({ tenants: acme(2) });
    write("fast");
    server.process.kill("SIGHUP");
    const refusal = JSON.parse(await server.lineWith("tenant limits not reloaded"));
    expect(refusal.error).toContain('tenant "acme": messages_per_second is "fast", expected a number');
    expect(await limits()).toMatchObject({ tenants: acme(2) });
    server.process.kill("SIGTERM");
    expect(await server.ended()).toEqual({ exitCode: 0, stderr: "" });
    rmSync(dir, { recursive: true });
  });

  test("goes on at SIGHUP where it has no file to read again, and says so", async () => {
    const { bootstrap } = await startBroker();
    const server = serve("0", bootstrap);
    await server.lineWith("partitions assigned");
    server.process.kill("SIGHUP");
    await server.lineWith("nothing to reload: TENANT_RATE_LIMITS_FILE is not set");
    server.process.kill("SIGTERM");
    expect(await server.ended()).toEqual({ exitCode: 0, stderr: "" });
  });

  describe("while Kafka hangs", () => {
    async function hanging(env: Record<string, string>): Promise<ProgramRun> {
      const { bootstrap, control } = await startBroker();
      const server = serve("0", bootstrap, env);
      await server.lineWith("partitions assigned");
      control("*", () => ({ kind: "hang" }));
      server.process.kill("SIGTERM");
      await server.lineWith("shutting down");
      return server;
    }

    test("gives the orderly end up after SHUTDOWN_TIMEOUT_SECS and exits 1", async () => {
      const server = await hanging({ SHUTDOWN_TIMEOUT_SECS: "1" });
      expect(await server.ended()).toEqual({
        exitCode: 1,
        stderr: "error: the orderly end took longer than SHUTDOWN_TIMEOUT_SECS (1 s)\n",
      });
    });

    test("is not ended by SIGHUP on its way out either", async () => {
      const server = await hanging({ SHUTDOWN_TIMEOUT_SECS: "3600" });
      server.process.kill("SIGHUP");
      await server.lineWith("nothing to reload");
      server.process.kill("SIGTERM");
      expect((await server.ended()).exitCode).toBe(1);
    });

    test("exits 1 at once on a second signal", async () => {
      const server = await hanging({ SHUTDOWN_TIMEOUT_SECS: "3600" });
      server.process.kill("SIGTERM");
      expect((await server.ended()).exitCode).toBe(1);
    });
  });

  test("exits 1 with one clear line if its port is in use", async () => {
    const { bootstrap } = await startBroker();
    const first = serve("0", bootstrap);
    const port = portOf(await first.lineWith("dashstream started"));
    const second = await serve(port, bootstrap).ended();
    expect(second.exitCode).toBe(1);
    expect(second.stderr).toMatch(new RegExp(`^error: cannot listen on 127\\.0\\.0\\.1:${port}.*\\n$`));
  });

  test("exits 2 on a wrong setting before anything is opened", async () => {
    const { exitCode, stdout, stderr } = await runCommand([serveCommand], ["serve"], {
      env: { KAFKA_BROKERS: "kafka:port" },
    });
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toStartWith('error: KAFKA_BROKERS is "kafka:port", expected');
  });
});
