// Servers under KAFKA_GROUP_MODE=per-replica, on the embedded broker: every one delivers everything, one of them writes.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker } from "../../../sim/broker/broker.ts";
import { type Log, silentLog } from "../../../src/telemetry/log.ts";
import type { RunningAppliance } from "../../support/appliance.ts";
import { startEmbeddedBroker } from "../../support/embedded-broker.ts";
import { eventually } from "../../support/eventually.ts";
import { event } from "../pipeline-rig.ts";
import { CountingClient, divided, metricOf, startReplica, writerOf } from "./replica-rig.ts";

const TOPIC = "telemetry";
const DLQ = `${TOPIC}-dlq`;
const GROUP = "websocket-server-v4";
const PARTITIONS = 3;
const BAD = Buffer.from("bad");

let broker: Broker;
let replicas: RunningAppliance[];
let sequence: number;

beforeEach(async () => {
  broker = await startEmbeddedBroker();
  broker.createTopic(TOPIC, { partitions: PARTITIONS });
  broker.createTopic(DLQ);
  replicas = [];
  sequence = 0;
});
afterEach(async () => {
  await Promise.all(replicas.map(({ stop }) => stop()));
  await broker.stop();
});

async function start(name: string, env: Record<string, string> = {}, log?: Log): Promise<RunningAppliance> {
  const replica = await startReplica(name, {
    brokers: broker.bootstrap,
    topic: TOPIC,
    env,
    ...(log === undefined ? {} : { log }),
  });
  replicas.push(replica);
  return replica;
}

async function stop(replica: RunningAppliance): Promise<void> {
  replicas = replicas.filter((other) => other !== replica);
  await replica.stop();
}

function append(partition: number, ...values: Buffer[]): void {
  const records = values.map((value) => ({ timestampMs: 0, key: Buffer.from("t"), value }));
  broker.append(TOPIC, partition, records);
}

/** On each partition two good records around a bad one. */
function appendMixed(): void {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    append(partition, event(`t${partition}`, ++sequence), BAD, event(`t${partition}`, ++sequence));
  }
}

const ends = () => new Map(broker.endOffsets(TOPIC).entries());
const letterCount = () => broker.endOffsets(DLQ)[0] ?? 0;

describe("three servers that each read everything", () => {
  test("deliver all good records, and write one dead letter for each bad one", async () => {
    for (const name of ["a", "b", "c"]) await start(name);
    await divided(replicas, PARTITIONS);
    const clients = replicas.map((replica) => {
      const client = new CountingClient();
      client.connect(replica);
      return client;
    });
    for (let round = 0; round < 5; round++) appendMixed();
    await Promise.all(replicas.map(({ appliance }) => appliance.handledUpTo(ends())));
    await eventually(() => clients.every(({ received }) => received.size === PARTITIONS * 10));
    await eventually(() => letterCount() >= PARTITIONS * 5);
    const [first] = clients;
    for (const client of clients) {
      expect(client.twice).toEqual([]);
      expect(client.gaps).toEqual([]);
      expect(client.places).toEqual(first?.places ?? []);
      client.close();
    }
    let written = 0;
    for (const replica of replicas) {
      expect(await metricOf(replica, 'websocket_kafka_messages_total{status="success"}')).toBe(
        PARTITIONS * 10,
      );
      expect(await metricOf(replica, 'websocket_kafka_messages_total{status="error"}')).toBe(PARTITIONS * 5);
      expect(await metricOf(replica, "websocket_writer_partitions")).toBe(1);
      written += await metricOf(replica, 'websocket_dlq_sends_total{error_type="buffer_underflow"}');
    }
    expect(written).toBe(PARTITIONS * 5);
    await Promise.all(replicas.splice(0).map(({ stop }) => stop()));
    expect(letterCount()).toBe(PARTITIONS * 5);
    for (const group of [GROUP, `${GROUP}-a`, `${GROUP}-b`, `${GROUP}-c`]) {
      expect(broker.committedOffsets(group, TOPIC)).toEqual([15, 15, 15]);
    }
  }, 30_000);
});

describe("where a server begins", () => {
  test("a new one begins where the group of all stands, one that was here before where it was", async () => {
    const a = await start("a");
    appendMixed();
    await eventually(() => letterCount() === PARTITIONS);
    await stop(a);
    const old = broker.endOffsets(TOPIC);
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual(old);
    const b = await start("b");
    await eventually(() => broker.committedOffsets(`${GROUP}-b`, TOPIC).join() === old.join());
    expect(await metricOf(b, 'websocket_kafka_messages_total{status="success"}')).toBe(0);
    await stop(b);
    appendMixed();
    const again = await start("b");
    await again.appliance.handledUpTo(ends());
    expect(await metricOf(again, 'websocket_kafka_messages_total{status="success"}')).toBe(6);
  }, 30_000);

  test("without any committed offset it begins by KAFKA_AUTO_OFFSET_RESET", async () => {
    appendMixed();
    const a = await start("a");
    await a.appliance.handledUpTo(ends());
    expect(await metricOf(a, 'websocket_kafka_messages_total{status="success"}')).toBe(6);
  }, 30_000);

  test("cursors of any server mean the same on all of them, and on one that shares the group", async () => {
    const [a, b] = [await start("a"), await start("b")];
    const shared = await start("c", { KAFKA_GROUP_MODE: "shared" });
    const namespace = async ({ url }: RunningAppliance) =>
      (await (await fetch(`${url}/version`)).json()).resume_namespace;
    const [first, ...others] = await Promise.all([a, b, shared].map(namespace));
    expect(first).toMatch(/^v1_/);
    expect(others).toEqual([first, first]);
  }, 30_000);
});

describe("dead letters", () => {
  test("of a writer that stops are written by then, and the next writer repeats none", async () => {
    const a = await start("a");
    await start("b");
    await divided(replicas, PARTITIONS);
    for (let round = 0; round < 20; round++) appendMixed();
    await a.appliance.handledUpTo(ends());
    await stop(a);
    await divided(replicas, PARTITIONS);
    appendMixed();
    await eventually(() => letterCount() >= 21 * PARTITIONS);
    await Promise.all(replicas.map(stop));
    expect(letterCount()).toBe(21 * PARTITIONS);
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual(broker.endOffsets(TOPIC));
  }, 30_000);

  test("that are under way when their writer stops are waited for, and their records committed", async () => {
    broker.control("Produce", () => ({ kind: "delay", delayMs: 500 }), { topic: DLQ });
    const a = await start("a");
    appendMixed();
    await eventually(async () => (await metricOf(a, "websocket_dlq_in_flight")) === PARTITIONS);
    await stop(a);
    expect(letterCount()).toBe(PARTITIONS);
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual(broker.endOffsets(TOPIC));
  }, 30_000);

  test("that are under way keep the group of all from passing their records, and delivery goes on", async () => {
    const rule = broker.control("Produce", () => ({ kind: "delay", delayMs: 3_000 }), { topic: DLQ });
    const a = await start("a");
    const client = new CountingClient();
    client.connect(a);
    append(0, event("t", 1), BAD, event("t", 2));
    await eventually(() => client.received.size === 2);
    await eventually(async () => (await metricOf(a, "websocket_dlq_in_flight")) === 1);
    // The group divides its partitions anew, and commits before.
    await start("b");
    await divided(replicas, PARTITIONS);
    expect(broker.committedOffsets(GROUP, TOPIC)[0]).toBeLessThanOrEqual(1);
    expect(letterCount()).toBe(0);
    rule.remove();
    await eventually(() => letterCount() > 0);
    client.close();
  }, 30_000);

  test("in closed mode hold up the writer's partition, and neither delivery nor readiness", async () => {
    const refusal = broker.control(
      "Produce",
      () => ({ kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }),
      { topic: DLQ },
    );
    const env = { DLQ_FAIL_CLOSED: "true", DLQ_SEND_TIMEOUT_SECS: "1" };
    let longHeld = 0;
    const log: Log = {
      ...silentLog,
      warn(msg) {
        if (msg.startsWith("partition waits for its dead letters")) longHeld++;
      },
      child: () => log,
    };
    const [a, b] = [await start("a", env, log), await start("b", env, log)];
    await divided(replicas, PARTITIONS);
    const client = new CountingClient();
    client.connect(a);
    appendMixed();
    await eventually(() => client.received.size === PARTITIONS * 2);
    const waiting = async ({ url }: RunningAppliance): Promise<number[]> =>
      (await (await fetch(`${url}/health`)).json()).dlq_health.waiting_partitions;
    await eventually(async () => (await Promise.all([a, b].map(waiting))).flat().length === PARTITIONS);
    await eventually(() => longHeld === PARTITIONS);
    appendMixed();
    await eventually(() => client.received.size === PARTITIONS * 4);
    await Promise.all(replicas.map(({ appliance }) => appliance.pipeline.handledUpTo(ends())));
    for (const { url } of replicas) expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(Math.max(...broker.committedOffsets(GROUP, TOPIC))).toBeLessThanOrEqual(1);
    refusal.remove();
    await eventually(() => letterCount() === PARTITIONS * 2);
    client.close();
  }, 30_000);

  test("are written once where every server pauses at the bad record, and each is resumed by itself", async () => {
    const env = { KAFKA_ON_DECODE_ERROR: "pause" };
    const [a, b] = [await start("a", env), await start("b", env)];
    await divided(replicas, PARTITIONS);
    append(0, event("t", 1), BAD, event("t", 2));
    const paused = (replica: RunningAppliance) => metricOf(replica, "websocket_kafka_paused_partitions");
    for (const replica of replicas) await eventually(async () => (await paused(replica)) === 1);
    await eventually(() => letterCount() === 1);
    expect((await fetch(`${a.url}/admin/partitions/0/resume`, { method: "POST" })).status).toBe(200);
    await a.appliance.handledUpTo(ends());
    expect(await paused(a)).toBe(0);
    expect(await paused(b)).toBe(1);
    await Promise.all(replicas.map(stop));
    expect(letterCount()).toBe(1);
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual(broker.endOffsets(TOPIC));
  }, 30_000);
});

describe("a halted thread", () => {
  const HALT = { SEQUENCE_GAP_POLICY: "halt" };
  const halted = 'websocket_undeliverable_records_total{reason="thread_halted"}';

  test("stays halted for the next writer, until it is reset there", async () => {
    const a = await start("a", HALT);
    await eventually(async () => (await writerOf(a)).partitions.length === PARTITIONS);
    const b = await start("b", HALT);
    await divided(replicas, PARTITIONS);
    append(0, event("t", 1), event("t", 3), event("t", 4));
    await eventually(() => letterCount() === 2);
    await Promise.all(replicas.map(({ appliance }) => appliance.handledUpTo(ends())));
    const [writesPartition0, other] = (await writerOf(a)).partitions.includes(0) ? [a, b] : [b, a];
    await stop(writesPartition0);
    await divided(replicas, PARTITIONS);
    append(0, event("t", 5));
    await eventually(() => letterCount() === 3);
    await other.appliance.handledUpTo(ends());
    expect(await metricOf(other, halted)).toBe(3);
    expect((await fetch(`${other.url}/admin/threads/t/reset`, { method: "POST" })).status).toBe(200);
    append(0, event("t", 6));
    await other.appliance.handledUpTo(ends());
    expect(await metricOf(other, halted)).toBe(3);
    await stop(other);
    expect(letterCount()).toBe(3);
    expect(broker.committedOffsets(GROUP, TOPIC)).toEqual(broker.endOffsets(TOPIC));
  }, 30_000);
});

test("a server that has the name of another says so and is not ready, because each shows a part only", async () => {
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (msg) => errors.push(msg), child: () => log };
  const first = await start("same");
  const second = await start("same", {}, log);
  const reasons = async (): Promise<string[]> =>
    (await (await fetch(`${second.url}/readyz`)).json()).reasons ?? [];
  const text =
    /^consumer group websocket-server-v4-same is read by 2 members: .*; each server needs its own INSTANCE_ID$/;
  await eventually(async () => (await reasons()).some((reason) => text.test(reason)));
  expect(errors.filter((line) => text.test(line))).toHaveLength(1);
  await stop(first);
  await eventually(async () => (await fetch(`${second.url}/readyz`)).status === 200);
}, 30_000);

test("a client that goes from server to server while they stop and start misses nothing and gets nothing twice", async () => {
  for (const name of ["a", "b", "c"]) await start(name);
  const clients = replicas.map((replica) => {
    const client = new CountingClient();
    client.connect(replica);
    return client;
  });
  for (let round = 0; round < 9; round++) {
    appendMixed();
    // Each client leaves where it is in the middle of what was just appended.
    const [leaving, ...staying] = replicas;
    if (!leaving) throw new Error("no server is running");
    for (const [index, client] of clients.entries()) {
      client.connect(staying[(round + index) % staying.length] ?? leaving);
    }
    appendMixed();
    const name = ["a", "b", "c"][round % 3] ?? "";
    await stop(leaving);
    appendMixed();
    await start(name);
  }
  const all = PARTITIONS * 9 * 3 * 2;
  await eventually(() => clients.every(({ received }) => received.size >= all));
  for (const client of clients) {
    expect(client.received.size).toBe(all);
    expect(client.twice).toEqual([]);
    expect(client.gaps).toEqual([]);
    client.close();
  }
}, 60_000);
