// What an operator does at night at a running server, all of it with the program itself: threads that are halted are
// seen, released and sent again; a backlog that nobody needs is skipped. On the embedded broker and on real Kafkas.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Partitioners } from "kafkajs";
import { connectStream, type Stream } from "../../src/client/index.ts";
import { type ProgramRun, startProgram } from "../cli/process-rig.ts";
import { event } from "../server/pipeline-rig.ts";
import { createTopic } from "../sim/broker/conformance/behaviours.ts";
import { kafkajsFor } from "../sim/broker/conformance/kafkajs-client.ts";
import { embeddedTarget, realTarget, type Target } from "../sim/broker/conformance/target.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { describeRealEach } from "../support/real-components.ts";

const TIMEOUT_MS = 60_000;

function operations(start: () => Promise<Target>): void {
  let target: Target;
  let state: string;
  let port: number;
  let topic: string;
  let programs: ProgramRun[];
  let stream: Stream;
  /** What the client got, by place. */
  let received: Map<string, Buffer>;
  /** What the client was told to be missing. */
  let missing: string[];
  let topics = 0;
  beforeAll(async () => {
    target = await start();
    state = mkdtempSync(join(tmpdir(), "dashstream-operator-"));
  }, TIMEOUT_MS);
  afterAll(async () => {
    await target.stop();
    rmSync(state, { recursive: true });
  }, TIMEOUT_MS);
  beforeEach(async () => {
    [programs, received, missing] = [[], new Map(), []];
    topic = `operated-${++topics}`;
    await createTopic(target, topic, 2);
    await createTopic(target, `${topic}-dlq`);
    port = await freePort();
    stream = connectStream({
      url: `ws://127.0.0.1:${port}/ws`,
      from: "earliest",
      onRecord: ({ partition, offset, value }) =>
        void received.set(`${partition}:${offset}`, Buffer.from(value)),
      onGap: ({ ranges }) => {
        for (const { partition, fromOffset, toOffset, count } of ranges) {
          missing.push(`${partition}:${fromOffset}-${toOffset} (${count})`);
        }
      },
    });
  });
  afterEach(() => {
    stream.close();
    for (const { process } of programs) process.kill("SIGKILL");
  });

  const run = (args: readonly string[], env: Record<string, string> = {}) => {
    const program = startProgram(args, {
      KAFKA_BROKERS: target.bootstrap,
      KAFKA_TOPIC: topic,
      KAFKA_GROUP_ID: topic,
      WEBSOCKET_PORT: String(port),
      XDG_STATE_HOME: state,
      ...env,
    });
    programs.push(program);
    return program;
  };

  /** Runs a command to its end; with `--json` gives the object that it prints. */
  async function command(...args: readonly string[]) {
    const program = run(args);
    const { exitCode, stderr } = await program.ended();
    return { exitCode, stderr, json: JSON.parse(program.lines[0] ?? "null") };
  }

  async function serve(env: Record<string, string> = {}): Promise<ProgramRun> {
    const server = run(["serve"], env);
    await server.lineWith("partitions assigned");
    return server;
  }

  async function end(server: ProgramRun): Promise<void> {
    server.process.kill("SIGTERM");
    expect(await server.ended()).toEqual({ exitCode: 0, stderr: "" });
  }

  async function write(partition: number, threadId: string, ...numbers: readonly number[]): Promise<void> {
    const producer = kafkajsFor(target.bootstrap).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const messages = numbers.map((number) => ({ key: threadId, value: event(threadId, number), partition }));
    await producer.send({ topic, acks: -1, messages }).finally(() => producer.disconnect());
  }

  async function metric(series: string): Promise<number> {
    const lines = (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).split("\n");
    const line = lines.find((text) => text.startsWith(`${series} `));
    return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
  }

  test(
    "a halted thread is seen, released, and what came meanwhile is sent again",
    async () => {
      const server = await serve({ SEQUENCE_GAP_POLICY: "halt" });
      await write(0, "run-17", 1, 3, 4);
      await write(1, "run-18", 1, 2);
      await eventually(
        async () => (await metric('websocket_dlq_sends_total{error_type="thread_halted"}')) === 2,
      );
      await eventually(() => received.size === 3);
      expect([...received.keys()].toSorted()).toEqual(["0:0", "1:0", "1:1"]);
      expect(await metric("dashstream_sequence_halted_threads")).toBe(1);
      const halted = { partition: 0, thread_id: "run-17", expected: 2, received: 3, missing: 1 };
      expect(await command("threads", "ls", "--json")).toEqual({
        exitCode: 0,
        stderr: "",
        json: { threads: [halted] },
      });
      expect(server.lines.filter((line) => line.includes("❌ HALTED thread run-17 due to gap"))).toHaveLength(
        1,
      );

      expect(await command("threads", "reset", "run-17", "--json")).toMatchObject({
        exitCode: 0,
        json: { reset: ["run-17"] },
      });
      expect(await metric("dashstream_sequence_halted_threads")).toBe(0);
      await write(0, "run-17", 5);
      await eventually(() => received.has("0:3"));
      const redriven = await command("dlq", "redrive", "--type", "thread_halted", "--execute", "--json");
      expect(redriven).toMatchObject({ exitCode: 0, json: { considered: 2, sent: 2 } });
      await eventually(() => received.size === 6);
      expect([received.get("0:4"), received.get("0:5")]).toEqual([event("run-17", 3), event("run-17", 4)]);

      await write(0, "run-17", 6);
      await eventually(() => received.has("0:6"));
      expect((await command("threads", "ls", "--json")).json).toEqual({ threads: [] });
      expect(await metric("dashstream_sequence_gaps_total")).toBe(1);
      for (const fault of ["duplicates", "reorders", "restarts"]) {
        expect([fault, await metric(`dashstream_sequence_${fault}_total`)]).toEqual([fault, 0]);
      }
      await end(server);
    },
    TIMEOUT_MS,
  );

  test(
    "a backlog is skipped: stop, reset to the latest, start; without replay from Kafka clients are told what is missing",
    async () => {
      const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
      const first = await serve();
      await write(0, "run-1", ...numbers(1, 20));
      await write(1, "run-2", ...numbers(1, 10));
      await eventually(() => received.size === 30);
      const inUse = await command("offsets", "reset", "--to", "latest", "--execute", "--json");
      expect(inUse.exitCode).toBe(1);
      expect(inUse.stderr).toContain(`group ${topic} is in use by websocket-server at`);
      await end(first);

      await write(0, "run-1", ...numbers(21, 400));
      await write(1, "run-2", ...numbers(11, 100));
      const lag = async () => (await command("offsets", "ls", "--json")).json;
      expect(await lag()).toMatchObject({ state: "Empty", members: [], total_lag: 500 });
      const partitions = [
        { partition: 0, from: 20, to: 420, skipped: 400, read_again: 0 },
        { partition: 1, from: 10, to: 110, skipped: 100, read_again: 0 },
      ];
      const shown = await command("offsets", "reset", "--to", "latest", "--json");
      expect(shown).toMatchObject({ exitCode: 0, json: { executed: false, partitions } });
      expect(await lag()).toMatchObject({ total_lag: 500 });
      const done = await command("offsets", "reset", "--to", "latest", "--execute", "--json");
      expect(done).toMatchObject({ exitCode: 0, stderr: "", json: { executed: true, partitions } });

      const second = await serve({ REPLAY_KAFKA_ENABLED: "false" });
      await write(0, "run-1", ...numbers(421, 5));
      await write(1, "run-2", ...numbers(111, 5));
      await eventually(() => received.size === 40);
      expect([...received.keys()].slice(30).toSorted()).toEqual([
        ...numbers(420, 5).map((offset) => `0:${offset}`),
        ...numbers(110, 5).map((offset) => `1:${offset}`),
      ]);
      expect(missing.toSorted()).toEqual(["0:20-419 (400)", "1:10-109 (100)"]);
      expect(await metric('websocket_kafka_messages_total{status="success"}')).toBe(10);
      for (const partition of [0, 1]) {
        expect(await metric(`websocket_kafka_consumer_lag{partition="${partition}"}`)).toBe(0);
      }
      await end(second);
      expect(await lag()).toMatchObject({ total_lag: 0 });
    },
    TIMEOUT_MS,
  );

  test(
    "a topic that is made anew under a running server goes on with its new records, also for its clients",
    async () => {
      const server = await serve();
      await write(0, "run-1", 1, 2, 3, 4, 5);
      await eventually(() => received.size === 5);
      const admin = kafkajsFor(target.bootstrap).admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [topic] });
      await eventually(async () => !(await admin.listTopics()).includes(topic));
      await admin.disconnect();
      received.clear();
      await createTopic(target, topic, 2);
      await write(0, "run-2", 1, 2);
      await eventually(() => received.size === 2);
      expect([received.get("0:0"), received.get("0:1")]).toEqual([event("run-2", 1), event("run-2", 2)]);
      await write(1, "run-3", 1);
      await eventually(() => received.has("1:0"));
      expect(missing).toEqual([]);
      await end(server);
    },
    TIMEOUT_MS,
  );
}

describe("operating a server on the embedded broker", () => operations(embeddedTarget));

describeRealEach(["kafka-3.9", "kafka-4"], "operating a server on a real Kafka", (component) =>
  operations(() => realTarget(component)),
);
