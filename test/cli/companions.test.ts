// The companion services as processes of their own.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { exporterCommand } from "../../src/cli/exporter.ts";
import { qualityMonitorCommand } from "../../src/cli/quality-monitor.ts";
import { reportRecord } from "../quality/quality-messages.ts";
import { append, startBroker, TOPIC } from "../quality/service-rig.ts";
import { runCommand } from "./cli-rig.ts";
import { type ProgramRun, startProgram } from "./process-rig.ts";

const SERVICES = [
  ["exporter", "--metrics", "prometheus-exporter"],
  ["quality-monitor", "--health", "quality-monitor"],
] as const;

let broker: Broker;
let program: ProgramRun | null = null;

beforeEach(async () => {
  broker = await startBroker();
});
afterEach(async () => {
  program?.process.kill("SIGKILL");
  program = null;
  await broker.stop();
});

function start(command: string, prefix: string): ProgramRun {
  const listen = [`${prefix}-bind-ip`, "127.0.0.1", `${prefix}-port`, "0"];
  program = startProgram([command, ...listen, "--kafka-brokers", broker.bootstrap, "--kafka-topic", TOPIC]);
  return program;
}

describe.each(SERVICES)("%s", (command, prefix, group) => {
  test("serves until SIGTERM, commits what it handled, ends with 0, and logs JSON only", async () => {
    append(broker, 0, reportRecord({ values: { passed: true } }));
    const service = start(command, prefix);
    const { listen } = JSON.parse(await service.lineWith("protobuf version"));
    const url = `http://${listen}`;
    const read = "dashstream_messages_received_total 1\n";
    while (!(await (await fetch(`${url}/metrics`)).text()).includes(read));
    service.process.kill("SIGTERM");
    expect(await service.ended()).toEqual({ exitCode: 0, stderr: "" });
    const logged = service.lines.map((line) => JSON.parse(line));
    expect(logged.at(-1)).toMatchObject({ msg: "ended in order", component: command });
    expect(broker.committedOffsets(group, TOPIC)).toEqual([1]);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  test("goes on at SIGHUP, with a line that it has nothing to read again", async () => {
    const service = start(command, prefix);
    await service.lineWith("protobuf version");
    service.process.kill("SIGHUP");
    await service.lineWith(`nothing to reload: ${command} has no file that it reads again`);
    service.process.kill("SIGTERM");
    expect(await service.ended()).toEqual({ exitCode: 0, stderr: "" });
  });

  test("exits 1 with one clear line if its port is in use", async () => {
    const { listen } = JSON.parse(await start(command, prefix).lineWith("protobuf version"));
    const port = String(listen).split(":").at(-1) ?? "";
    const commands = [exporterCommand, qualityMonitorCommand];
    const args = [command, `${prefix}-bind-ip`, "127.0.0.1", `${prefix}-port`, port, "--log-level", "silent"];
    const { exitCode, stderr } = await runCommand(commands, args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(new RegExp(`^error: cannot listen on 127\\.0\\.0\\.1:${port}.*\\n$`));
  });
});

test("buckets that are not in order exit 2 before anything is opened", async () => {
  const { exitCode, stderr } = await runCommand([exporterCommand], ["exporter"], {
    env: { PROMETHEUS_RETRY_BUCKETS: "1,3,2" },
  });
  expect(exitCode).toBe(2);
  expect(stderr).toStartWith('error: PROMETHEUS_RETRY_BUCKETS is "1,3,2", expected a comma list of');
});
