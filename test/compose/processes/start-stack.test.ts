// A small stack of our own programs: the embedded broker and the server, each as a process of its own.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStack } from "../../../compose/processes/open-stack.ts";
import type { Stack } from "../../../compose/processes/stack.ts";
import { type StackOptions, startStack } from "../../../compose/processes/start-stack.ts";
import { freePort } from "../../support/free-port.ts";

const TIMEOUT_MS = 60_000;
const MAIN = join(import.meta.dir, "..", "..", "..", "src", "cli", "main.ts");
let dir: string;
let stack: Stack | null;
let said: string[];
let ports: { readonly broker: number; readonly server: number };
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "dashstream-stack-"));
  stack = null;
  said = [];
  ports = { broker: await freePort(), server: await freePort() };
});
afterEach(async () => {
  await stack?.down();
  rmSync(dir, { recursive: true });
}, TIMEOUT_MS);

/** The compose file, with further lines of the server's environment. */
function composeFile(environment: readonly string[] = []): string {
  const path = join(dir, "compose.yml");
  writeFileSync(
    path,
    [
      "services:",
      "  broker:",
      "    image: registry.example/dashstream:local",
      `    command: [dashstream, broker, --port, "${ports.broker}", --topic, t, t-dlq]`,
      `    ports: ["${ports.broker}:${ports.broker}"]`,
      "    stop_grace_period: 5s",
      "  server:",
      "    image: dashstream:local",
      "    command: [serve]",
      `    ports: ["${ports.server}:3002"]`,
      "    depends_on: { broker: { condition: service_healthy } }",
      "    environment:",
      `      KAFKA_BROKERS: broker:${ports.broker}`,
      "      KAFKA_TOPIC: t",
      "      WEBSOCKET_HOST: 0.0.0.0",
      "      LOG_FILE: /var/log/server.log",
      "      TRACES: http://page:80/traces",
      ...environment.map((line) => `      ${line}`),
      "    volumes: ['./config:/etc/server:ro', 'state:/var/lib/dashstream']",
      "  page:",
      "    image: grafana/grafana:11",
      "  extra:",
      "    image: dashstream:local",
      `    command: [sim, --rate, "20", --kafka-topic, t, --kafka-brokers, "broker:${ports.broker}"]`,
      "    profiles: [demo]",
      "volumes: { state: { name: the-state } }",
    ].join("\n"),
  );
  return path;
}

async function up(options: Partial<StackOptions> = {}): Promise<Stack> {
  const started = await startStack({
    dir: join(dir, "state"),
    composeFile: options.composeFile ?? composeFile(),
    say: (line) => said.push(line),
    ...options,
  });
  stack = started;
  return started;
}

const states = async (of: Stack) =>
  Object.fromEntries((await of.status()).map(({ name, state }) => [name, state]));
const health = async (of: Stack) => (await fetch(`http://${of.addressOf("server", 3002)}/readyz`)).status;

describe("a stack", () => {
  test(
    "starts in order, is found again in its folder, and leaves no process behind",
    async () => {
      const started = await up();
      expect(said.filter((line) => line.includes("ready after")).map((line) => line.split(":")[0])).toEqual([
        "broker",
        "server",
      ]);
      expect(started.leftOut.map(({ name }) => name)).toEqual(["page"]);
      expect(said).toContain("server: TRACES is not set, what it leads to is left out");
      expect(started.serviceOf("server").launch.env.TRACES).toBe("");
      expect(started.addressOf("server", 3002)).toBe(`127.0.0.1:${ports.server}`);
      expect(await health(started)).toBe(200);

      const found = openStack(join(dir, "state"));
      expect(await states(found)).toEqual({ broker: "ready", server: "ready" });
      expect(found.logOf("server")).toContain("dashstream started");
      const log = found.pathOf("server", "/var/log/server.log");
      expect(log).toStartWith(dir);
      expect(readFileSync(log, "utf8")).toContain("dashstream started");
      expect(found.volumes).toEqual({ "the-state": found.pathOf("server", "/var/lib/dashstream") });
      expect(found.placed(`curl http://server:3002 broker:${ports.broker}`)).toBe(
        `curl http://127.0.0.1:${ports.server} 127.0.0.1:${ports.broker}`,
      );

      const identities = ["broker", "server"].map((name) => found.processOf(name)?.pid);
      await found.down();
      expect(await states(started)).toEqual({ broker: "stopped", server: "stopped" });
      for (const pid of identities) expect(existsSync(`/proc/${pid}/exe`)).toBe(false);
      await found.down({ wipe: true });
      expect(readdirSync(dir)).not.toContain("state");
    },
    TIMEOUT_MS,
  );

  test(
    "that runs is not started again; what does not run of it is, on its ports and data",
    async () => {
      const first = await up();
      const pids = () => ["broker", "server"].map((name) => first.processOf(name)?.pid);
      const before = pids();
      said = [];
      await up();
      expect(said.slice(0, 2)).toEqual(["broker: runs already", "server: runs already"]);
      expect(pids()).toEqual(before);
      await expect(up({ portOffset: 5 })).rejects.toThrow("the stack runs with port offset 0, not 5");
      await expect(up({ kafka: "kafka-4" })).rejects.toThrow("the stack runs with kafka-3.9, not kafka-4");

      await first.kill("server");
      expect(await states(first)).toEqual({ broker: "ready", server: "exited" });
      await up();
      expect(pids()[0]).toBe(before[0]);
      expect(pids()[1]).not.toBe(before[1]);
      expect(await health(first)).toBe(200);
    },
    TIMEOUT_MS,
  );

  test(
    "is controlled service by service, and a variable that a restart gives stays",
    async () => {
      const started = await up({ env: { server: { DLQ_FAIL_CLOSED: "true" } } });
      const mode = async () =>
        JSON.stringify(await (await fetch(`http://${started.addressOf("server", 3002)}/health`)).json());
      expect(await mode()).toContain("fail_closed");
      await started.restart("server", { DLQ_FAIL_CLOSED: "false" });
      expect(await mode()).toContain("fail_open");
      await started.restart("server");
      expect(await mode()).toContain("fail_open");
      expect(await started.stop("server")).toBe("ended");
      expect(await started.stop("server")).toBe("was not running");
      expect(() => started.signal("server", "SIGHUP")).toThrow("server does not run");
      await started.start("server");
      expect(await health(started)).toBe(200);
      await expect(started.restart("nobody")).rejects.toThrow(
        "there is no service nobody; expected one of broker",
      );
      await expect(started.restart("page")).rejects.toThrow("page is left out: Grafana");
      expect(() => started.addressOf("server", 1)).toThrow("server has no port 1, expected one of 3002");
    },
    TIMEOUT_MS,
  );

  test(
    "copies what is mounted again, if it has changed, whenever a service reads it anew",
    async () => {
      mkdirSync(join(dir, "config"));
      const put = (text: string) => writeFileSync(join(dir, "config", "site.yml"), text);
      put("first");
      const started = await up();
      const copy = started.pathOf("server", "/etc/server/site.yml");
      const copied = () => readFileSync(copy, "utf8");
      expect(copied()).toBe("first");

      put(`second broker:${ports.broker}`);
      await started.restart("server");
      expect(copied()).toBe(`second 127.0.0.1:${ports.broker}`);
      expect(said.at(-1)).toBe(
        "server: its configuration has changed since it was copied, and is copied again (files/server/etc/server/site.yml)",
      );
      put("third");
      started.signal("server", "SIGHUP");
      expect(copied()).toBe("third");
      put("fourth");
      await started.start("server");
      expect(copied()).toBe("third");
      await started.recreate("server", {});
      expect(copied()).toBe("fourth");

      writeFileSync(copy, "changed in the copy");
      await started.restart("server");
      expect(copied()).toBe("changed in the copy");
      rmSync(join(dir, "config", "site.yml"));
      await started.stop("server");
      await openStack(started.dir).launch("server");
      expect(existsSync(copy)).toBe(false);
    },
    TIMEOUT_MS,
  );

  test(
    "of which a service dies while it starts is stopped as a whole, with the end of that log",
    async () => {
      const broken = up({ composeFile: composeFile(["KAFKA_GROUP_MODE: nonsense"]) });
      await expect(broken).rejects.toThrow(/server ended with exit code 2 .*\n(.*\n)*.*KAFKA_GROUP_MODE/);
      expect(said).toContain("broker: ended after SIGTERM");
      expect(await states(openStack(join(dir, "state")))).toEqual({ broker: "stopped", server: "stopped" });
    },
    TIMEOUT_MS,
  );

  test(
    "whose start is interrupted, or takes too long, is stopped as a whole",
    async () => {
      const interruption = new AbortController();
      const onWaiting = (waiting: readonly string[]) => {
        if (waiting.join() === "server") interruption.abort();
      };
      await expect(up({ signal: interruption.signal, onWaiting })).rejects.toThrow(
        "the start was interrupted",
      );
      const stopped = { broker: "stopped", server: "stopped" } as const;
      expect(await states(openStack(join(dir, "state")))).toEqual(stopped);
      // Its topic is not there, so that the server lives and is never ready.
      const late = up({
        composeFile: composeFile(),
        env: { server: { KAFKA_TOPIC: "none" } },
        timeoutMs: 3_000,
      });
      await expect(late).rejects.toThrow(/not ready after 3 s: server; their logs are in .*state/);
      expect(await states(openStack(join(dir, "state")))).toEqual(stopped);
    },
    TIMEOUT_MS,
  );

  test(
    "does not start beside somebody who holds one of its ports",
    async () => {
      await using held = Bun.serve({
        port: ports.server,
        hostname: "127.0.0.1",
        fetch: () => new Response(),
      });
      await expect(up()).rejects.toThrow(`server needs port ${held.port}, but process ${process.pid}`);
      expect(said.filter((line) => line.includes("ready"))).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "has the services of a profile when that is asked for, and keeps them and its executable while it runs",
    async () => {
      const binary = join(dir, "dashstream");
      writeFileSync(binary, `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`, { mode: 0o755 });
      const started = await up({ profiles: ["demo"], binary });
      expect((await states(started)).extra).toBe("ready");
      await started.stop("server");
      expect(started.profiles).toEqual(["demo"]);
      said = [];
      // Nobody would know any more of what runs because of it.
      const again = await up({ profiles: ["other"] });
      expect(said).toContain("extra: runs already");
      expect([again.profiles, (await states(again)).extra]).toEqual([["demo", "other"], "ready"]);
      expect([again.binary, again.serviceOf("server").launch.command[0]]).toEqual([binary, binary]);
    },
    TIMEOUT_MS,
  );
});
