import { describe, expect, test } from "bun:test";
import { faultProxyCommand } from "../../src/cli/fault-proxy.ts";
import { APIS } from "../../src/kafka-protocol/apis.ts";
import { connectWire } from "../sim/broker/wire-client.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { type RunOptions, runCommand, startCommandLine } from "./cli-rig.ts";

const FREE = ["--listen-kafka", "127.0.0.1:0", "--listen-redis", "127.0.0.1:0", "--control", "127.0.0.1:0"];

describe("fault-proxy", () => {
  test("stands before Kafka until it is interrupted, and clears all faults then", async () => {
    const broker = await startEmbeddedBroker();
    const args = ["fault-proxy", "--kafka", broker.bootstrap, ...FREE, "--kafka-topic", "orders", "--json"];
    const run = startCommandLine([faultProxyCommand], args);
    const [line] = await run.stdout.shows(/\{.*\}/);
    const { type, kafka, redis, control } = JSON.parse(line);
    expect([type, redis]).toEqual(["listening", null]);
    const wire = await connectWire(kafka);
    expect((await wire.call(APIS.ApiVersions, 2, {})).errorCode).toBe(0);
    const faults = `http://${control}/faults`;
    const made = await fetch(faults, { method: "POST", body: '{"fault":"produce-errors"}' });
    expect(made.status).toBe(201);
    run.interrupt();
    expect(await run.exitCode).toBe(0);
    await wire.closed;
    expect(JSON.parse(run.stdout.lines.at(-1) ?? "")).toEqual({ type: "summary", cleared: 1 });
    const logged = run.stderr.lines.map((text) => JSON.parse(text));
    expect(logged.map(({ msg }) => msg)).toEqual([
      "fault proxy: for drills, not for production",
      "fault put in force",
      "all faults cleared",
    ]);
    await broker.stop();
  });

  test("says for people where it listens", async () => {
    const args = [
      "fault-proxy",
      "--kafka",
      "127.0.0.1:1",
      "--redis",
      "redis://user:pw@127.0.0.1:2/3",
      ...FREE,
    ];
    const run = startCommandLine([faultProxyCommand], args);
    await run.stdout.shows(
      /^Kafka on 127\.0\.0\.1:\d+, Redis on 127\.0\.0\.1:\d+, faults on http:\/\/127\.0\.0\.1:\d+\/faults\n/,
    );
    run.interrupt();
    expect(await run.exitCode).toBe(0);
    expect(run.stdout.lines.at(-1)).toBe("fault proxy stopped, 0 faults cleared");
    expect(run.stderr.text).not.toContain("pw");
  });

  const wrong: Readonly<
    Record<string, readonly [args: readonly string[], error: string, options?: RunOptions]>
  > = {
    "nothing to stand before": [[], "neither --kafka nor --redis is given"],
    "no port": [["--kafka", "kafka"], '--kafka is "kafka", expected host:port'],
    "an upstream on any port": [["--kafka", "kafka:0"], '--kafka is "kafka:0", expected host:port'],
    "no address of Redis": [["--redis", "redis:"], '--redis is "redis:", expected host:port or redis://'],
    "a bad URL of Redis, which may hold a password": [
      ["--redis", "redis://:secret@"],
      "--redis is no such address, expected",
    ],
    "an address that clients cannot be told": [
      ["--kafka", "kafka:9092", "--listen-kafka", "0.0.0.0:19092"],
      "expected --advertise-kafka too",
    ],
    "control for everybody without a token": [
      ["--kafka", "kafka:9092", "--control", "0.0.0.0:8474"],
      '--control is "0.0.0.0:8474", which is not on loopback: expected ADMIN_TOKEN',
    ],
  };
  test.each(Object.entries(wrong))("exits 2 for %s", async (_, [args, error, options]) => {
    const { exitCode, stderr } = await runCommand([faultProxyCommand], ["fault-proxy", ...args], options);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(error)]);
    expect(stderr).not.toContain("secret");
  });

  test("takes a control address for everybody with a token", async () => {
    const args = ["fault-proxy", "--kafka", "127.0.0.1:1", ...FREE, "--control", "0.0.0.0:0", "--json"];
    const run = startCommandLine([faultProxyCommand], args, { env: { ADMIN_TOKEN: "secret" } });
    const [line] = await run.stdout.shows(/\{.*\}/);
    const port = JSON.parse(line).control.split(":").at(-1);
    const asked = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}/faults`, { headers });
    expect((await asked({})).status).toBe(401);
    expect((await asked({ authorization: "Bearer secret" })).status).toBe(200);
    run.interrupt();
    expect(await run.exitCode).toBe(0);
  });

  test("says in its help what it is not for", async () => {
    const { stdout } = await runCommand([faultProxyCommand], ["fault-proxy", "--help"]);
    expect(stdout.replaceAll("\n", " ")).toContain("For drills, not for production.");
    expect(stdout).toContain("dashstream fault-proxy --kafka 127.0.0.1:9092 --redis 127.0.0.1:6379");
  });
});
