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
const settled = () =>
  eventually(() => broker.committedOffsets(GROUP, TOPIC).join() === broker.endOffsets(TOPIC).join());

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
