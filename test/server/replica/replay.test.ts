// Replay where every server delivers everything: a server that has just begun knows what came before, and one writes to
// Redis for all.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker } from "../../../sim/broker/broker.ts";
import type { Target } from "../../sim/redis/conformance/target.ts";
import { startReal } from "../../sim/redis/conformance/target.ts";
import type { RunningAppliance } from "../../support/appliance.ts";
import { startEmbeddedBroker } from "../../support/embedded-broker.ts";
import { eventually } from "../../support/eventually.ts";
import { describeReal } from "../../support/real-components.ts";
import { event } from "../pipeline-rig.ts";
import { CountingClient, divided, metricOf, startReplica } from "./replica-rig.ts";

const TOPIC = "telemetry";
const GROUP = "websocket-server-v4";
const DLQ = `${TOPIC}-dlq`;
const RECORDS = 40;

let broker: Broker;
let replicas: RunningAppliance[];
let sequence: number;

beforeEach(async () => {
  broker = await startEmbeddedBroker();
  broker.createTopic(TOPIC, { partitions: 2 });
  broker.createTopic(DLQ);
  [replicas, sequence] = [[], 0];
});
afterEach(async () => {
  await Promise.all(replicas.map(({ stop }) => stop()));
  await broker.stop();
});

async function start(name: string, env: Record<string, string> = {}): Promise<RunningAppliance> {
  const replica = await startReplica(name, { brokers: broker.bootstrap, topic: TOPIC, env });
  replicas.push(replica);
  return replica;
}

/** Every second record is of one tenant, the others are of one each. */
function append(count: number): void {
  for (const partition of [0, 1]) {
    const records = Array.from({ length: count }, () => ({
      timestampMs: 0,
      key: Buffer.from("t"),
      value: event(`t${partition}`, ++sequence, { tenantId: sequence % 2 === 0 ? "acme" : `of ${sequence}` }),
    }));
    broker.append(TOPIC, partition, records);
  }
}

const ends = () => new Map(broker.endOffsets(TOPIC).entries());

const settled = () =>
  eventually(() => broker.committedOffsets(GROUP, TOPIC).join() === broker.endOffsets(TOPIC).join());

async function readsAll(replica: RunningAppliance): Promise<void> {
  const client = new CountingClient();
  client.connect(replica);
  await eventually(() => client.received.size >= RECORDS * 2);
  expect([client.received.size, client.twice, client.gaps]).toEqual([RECORDS * 2, [], []]);
  client.close();
}

test("a client that starts from the beginning gets all of it from a server that begins at the end", async () => {
  const a = await start("a");
  append(RECORDS);
  // The writer's last record, which shows how far it is.
  for (const partition of [0, 1]) {
    broker.append(TOPIC, partition, [{ timestampMs: 0, key: null, value: Buffer.from("bad") }]);
  }
  await a.appliance.handledUpTo(ends());
  await eventually(() => broker.endOffsets(DLQ)[0] === 2);
  await Promise.all(replicas.splice(0).map(({ stop }) => stop()));
  expect(broker.committedOffsets(GROUP, TOPIC)).toEqual(broker.endOffsets(TOPIC));
  const b = await start("b");
  await eventually(() => broker.committedOffsets(`${GROUP}-b`, TOPIC)[0] === RECORDS + 1);
  expect(await metricOf(b, 'websocket_kafka_messages_total{status="success"}')).toBe(0);
  await readsAll(b);
}, 30_000);

describeReal("redis-server", "with a real Redis", () => {
  let redis: Target;
  beforeEach(async () => {
    redis = await startReal();
  });
  afterEach(() => redis.stop());

  const env = () => ({
    REDIS_URL: `redis://${redis.host}:${redis.port}`,
    // Clients find nothing in Kafka, and next to nothing in memory.
    REPLAY_KAFKA_ENABLED: "false",
    REPLAY_BUFFER_MEMORY_SIZE: "4",
  });

  describe("the records of each partition are written by one server", () => {
    test("and had from all, also from one that began afterwards", async () => {
      const [a, b] = [await start("a", env()), await start("b", env())];
      await divided([a, b], 2);
      append(RECORDS);
      await Promise.all([a, b].map(({ appliance }) => appliance.handledUpTo(ends())));
      // The writers may be behind what was delivered.
      await settled();
      for (const { appliance } of [a, b]) expect(await appliance.replay.redis?.drain(20_000)).toBe(true);
      const dropped = (replica: RunningAppliance) =>
        metricOf(replica, "replay_buffer_redis_write_dropped_total");
      expect([await dropped(a), await dropped(b)]).toEqual([0, 0]);
      await readsAll(a);
      await readsAll(b);
      await readsAll(await start("c", env()));
      expect(await metricOf(a, "replay_buffer_redis_hits_total")).toBeGreaterThan(0);
    }, 60_000);

    test("also those that servers withhold, each of which keeps them from its own clients", async () => {
      const limits = { TENANT_RATE_LIMIT_PER_SEC: "0.001", TENANT_RATE_BURST: "10" };
      const a = await start("a", { ...env(), ...limits });
      await divided([a], 2);
      append(RECORDS);
      await settled();
      await a.appliance.handledUpTo(ends());
      expect(await a.appliance.replay.redis?.drain(20_000)).toBe(true);
      const client = new CountingClient();
      client.connect(a);
      await eventually(() => client.controls.includes("replay_complete"));
      // The burst of the tenant with many, and all of the others.
      expect([client.received.size, client.twice, client.gaps]).toEqual([10 + RECORDS, [], []]);
      client.close();
    }, 60_000);
  });
});
