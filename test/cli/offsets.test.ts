import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { offsetsCommand } from "../../src/cli/offsets.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { createKafkaAdmin } from "../../src/stream/kafka-admin.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { kafkajsClient } from "../sim/broker/conformance/kafkajs-client.ts";
import { settingsOf } from "../stream/stream-rig.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { runCommand } from "./cli-rig.ts";

const TOPIC = "telemetry";
const GROUP = "readers";
/** Milliseconds between records. */
const STEP_MS = 60_000;

let broker: Broker;
let startMs: number;

beforeEach(async () => {
  broker = await startEmbeddedBroker();
  broker.createTopic(TOPIC, { partitions: 2 });
  startMs = systemClock.nowMs() - 10 * STEP_MS;
  for (const [partition, count] of [
    [0, 10],
    [1, 4],
  ] as const) {
    for (let i = 0; i < count; i++) {
      broker.append(TOPIC, partition, [
        { timestampMs: startMs + i * STEP_MS, key: null, value: Buffer.from("v") },
      ]);
    }
  }
});
afterEach(() => broker.stop());

async function commit(offsets: ReadonlyMap<number, number>): Promise<void> {
  const admin = createKafkaAdmin({
    settings: settingsOf(broker),
    network: systemNetwork,
    clock: systemClock,
    log: silentLog,
    onSocketError: () => {},
  });
  await admin.commitOffsets(GROUP, TOPIC, offsets).finally(() => admin.close());
}

const offsets = (...args: readonly string[]) =>
  runCommand([offsetsCommand], ["offsets", ...args], {
    env: { KAFKA_BROKERS: broker.bootstrap, KAFKA_TOPIC: TOPIC, KAFKA_GROUP_ID: GROUP },
  });

describe("offsets ls", () => {
  test("shows where the group stands in each partition", async () => {
    await commit(new Map([[0, 3]]));
    expect(await offsets("ls")).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: [
        "group readers in topic telemetry: Empty, nobody is in it",
        "partition  committed  log start  log end  lag",
        "        0          3          0       10    7",
        "        1          -          0        4    -",
        "total lag 7\n",
      ].join("\n"),
    });
    const { stdout } = await offsets("ls", "--json");
    expect(JSON.parse(stdout)).toEqual({
      group: GROUP,
      topic: TOPIC,
      state: "Empty",
      members: [],
      partitions: [
        { partition: 0, committed: 3, log_start: 0, log_end: 10, lag: 7 },
        { partition: 1, committed: null, log_start: 0, log_end: 4, lag: null },
      ],
      total_lag: 7,
    });
  });

  test("says who is in the group, and that another one does not exist", async () => {
    const member = await kafkajsClient(broker.bootstrap).join(GROUP, TOPIC);
    await member.assigned(2);
    expect((await offsets("ls")).stdout).toContain("telemetry: Stable, conformance at 127.0.0.1\n");
    await member.leave();
    const other = await offsets("ls", "--group", "others");
    expect(other.stdout).toStartWith("group others in topic telemetry: does not exist yet\n");
    expect(other.stdout).not.toContain("total");
  });

  test("exits 1 where the topic is missing or Kafka does not answer", async () => {
    expect(await offsets("ls", "--topic", "nowhere")).toMatchObject({
      exitCode: 1,
      stderr: "error: there is no topic nowhere\n",
    });
    await broker.stop();
    const { exitCode, stderr } = await offsets("ls");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("offsets of topic telemetry: Kafka cannot be reached");
  });
});

describe("offsets reset", () => {
  test("shows what it would change, and changes nothing", async () => {
    await commit(new Map([[0, 3]]));
    expect(await offsets("reset", "--to", "latest")).toEqual({
      exitCode: 0,
      stderr: "nothing was changed; --execute does it\n",
      stdout: [
        "group readers in topic telemetry: Empty, nobody is in it",
        "partition  from  to  skipped  read again",
        "        0     3  10        7           0",
        "        1     -   4        -           -  nothing committed yet\n",
      ].join("\n"),
    });
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual([3, -1]);
  });

  test("with --execute does it", async () => {
    await commit(
      new Map([
        [0, 3],
        [1, 4],
      ]),
    );
    const { exitCode, stderr } = await offsets("reset", "--to", "earliest", "--execute");
    expect([exitCode, stderr]).toEqual([0, "done\n"]);
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual([0, 0]);
    const { stdout } = await offsets("reset", "--to", "6", "--partition", "0", "--execute", "--json");
    expect(JSON.parse(stdout)).toEqual({
      group: GROUP,
      topic: TOPIC,
      state: "Empty",
      members: [],
      executable: true,
      executed: true,
      partitions: [{ partition: 0, from: 0, to: 6, skipped: 6, read_again: 0, clamped_to: null }],
    });
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual([6, 0]);
  });

  test("takes several partitions, one after another or as a list", async () => {
    broker.createTopic("three", { partitions: 3 });
    for (const args of [
      ["--partition", "0", "--partition", "2"],
      ["--partition", "0,2"],
      ["--partition", "2", "0"],
    ]) {
      const { stdout } = await offsets("reset", "--topic", "three", "--to", "latest", ...args, "--json");
      const { partitions } = JSON.parse(stdout);
      expect(partitions.map(({ partition }: { partition: number }) => partition)).toEqual([0, 2]);
    }
  });

  test("refuses two groups or topics at once, and takes one that is named twice", async () => {
    const both = await offsets("reset", "--to", "latest", "--group", "g1", "--kafka-group-id", "g2");
    expect([both.exitCode, both.stderr]).toEqual([
      2,
      expect.stringContaining('--group is "g1" and --kafka-group-id is "g2": both name the same'),
    ]);
    expect((await offsets("ls", "--topic", "a", "--kafka-topic", "b")).exitCode).toBe(2);
    expect((await offsets("ls", "--group", "g", "--kafka-group-id", "g")).exitCode).toBe(0);
  });

  test("goes to a time, or to how long ago", async () => {
    const day = await offsets("reset", "--to", new Date(startMs + 2.5 * STEP_MS).toISOString(), "--execute");
    expect(day.exitCode).toBe(0);
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual([3, 3]);
    // Half a step more, so that the test's own time does not matter.
    await offsets("reset", "--to", "330s", "--execute");
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual([5, 4]);
  });

  test("takes the end of the log where the target lies beyond, and says so", async () => {
    const { stdout } = await offsets("reset", "--to", "99", "--partition", "1", "--execute");
    expect(stdout).toContain("nothing committed yet; beyond the log end, which is taken\n");
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual([-1, 4]);
  });

  test("is refused while somebody is in the group, and says so beforehand", async () => {
    const member = await kafkajsClient(broker.bootstrap).join(GROUP, TOPIC);
    await member.assigned(2);
    const inUse =
      "group readers is in use by conformance at 127.0.0.1; stop what reads in it, reset, and start it again\n";
    const shown = await offsets("reset", "--to", "latest");
    expect([shown.exitCode, shown.stderr]).toEqual([
      0,
      `warning: --execute would fail now: ${inUse}nothing was changed; --execute does it\n`,
    ]);
    const { executable, state, members } = JSON.parse(
      (await offsets("reset", "--to", "latest", "--json")).stdout,
    );
    expect([executable, state, members]).toEqual([
      false,
      "Stable",
      [{ member_id: expect.any(String), client_id: "conformance", client_host: expect.any(String) }],
    ]);
    const refused = await offsets("reset", "--to", "latest", "--execute");
    expect([refused.exitCode, refused.stdout, refused.stderr]).toEqual([1, "", `error: ${inUse}`]);
    await member.leave();
  });

  test("exits 2 when it is used wrongly", async () => {
    for (const args of [
      [],
      ["--to", "yesterday"],
      ["--to", "5"],
      ["--to", "latest", "--partition", "7"],
      ["--to", "latest", "--partition", "x"],
      ["--to", "latest", "--partition", "0,7"],
      ["--to", "latest", "--partition", "0,"],
      ["--to", "5", "--partition", "0,1"],
    ]) {
      expect([args, (await offsets("reset", ...args)).exitCode]).toEqual([args, 2]);
    }
  });
});
