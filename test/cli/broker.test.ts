import { describe, expect, test } from "bun:test";
import { brokerCommand } from "../../src/cli/broker.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { createKafkaAdmin } from "../../src/stream/kafka-admin.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../src/stream/kafka-settings.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { runCommand, startCommandLine } from "./cli-rig.ts";

describe("broker", () => {
  test("serves Kafka clients until it is interrupted, and says what it is not for", async () => {
    const args = [
      "broker",
      "--port",
      "0",
      "--nodes",
      "2",
      "--topic",
      "telemetry",
      "--partitions",
      "3",
      "--json",
    ];
    const run = startCommandLine([brokerCommand], args);
    const [, bootstrap = ""] = await run.stdout.shows(/"bootstrap":"([^"]+)"/);
    const brokers = bootstrap.split(",");
    expect(brokers).toHaveLength(2);
    const admin = createKafkaAdmin({
      settings: { ...DEFAULT_KAFKA_SETTINGS, brokers },
      network: systemNetwork,
      clock: systemClock,
      log: silentLog,
      onSocketError() {},
    });
    expect(await admin.partitionCount("telemetry")).toBe(3);
    await admin.close();
    run.interrupt();
    expect(await run.exitCode).toBe(0);
    expect(run.stderr.text).toBe("embedded broker: for demo, tests and verification, not for production\n");
    expect(JSON.parse(run.stdout.lines.at(-1) ?? "")).toEqual({
      type: "summary",
      seconds: expect.any(Number),
    });
  });

  test("exits 1 when its port is taken", async () => {
    const listener = await systemNetwork.listen("127.0.0.1", 0, () => {});
    const { exitCode, stderr } = await runCommand(
      [brokerCommand],
      ["broker", "--port", String(listener.port)],
    );
    await listener.close();
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`cannot listen on 127.0.0.1:${listener.port}`);
  });
});
