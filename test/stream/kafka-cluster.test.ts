// Finding the right broker, with more than one of them and with trouble.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { Kafka } from "kafkajs";
import type { Broker } from "../../sim/broker/broker.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { createKafkaAdmin, type KafkaAdmin } from "../../src/stream/kafka-admin.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../src/stream/kafka-settings.ts";
import { connectionsOf } from "../../src/stream/kafkajs-connections.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { append, TOPIC } from "./stream-rig.ts";

let broker: Broker;
let admin: KafkaAdmin;
let pausesMs: number[];

beforeEach(async () => {
  pausesMs = [];
  broker = await startEmbeddedBroker({ ports: [0, 0, 0], autoCreateTopics: false });
  broker.createTopic(TOPIC, { partitions: 7 });
  admin = adminWith();
});
afterEach(async () => {
  await admin.close();
  await broker.stop();
});

function adminWith(clock: Clock = quickClock()): KafkaAdmin {
  return createKafkaAdmin({
    settings: { ...DEFAULT_KAFKA_SETTINGS, brokers: broker.bootstrap.split(","), metadataTimeoutMs: 7_000 },
    network: systemNetwork,
    clock,
    log: silentLog,
    onSocketError: () => {},
  });
}

/** Pauses take no time. */
function quickClock(): Clock {
  return {
    ...systemClock,
    sleep(ms) {
      pausesMs.push(ms);
      return Promise.resolve(true);
    },
  };
}

/** Nodes that were asked for this, in order. */
function askedNodes(api: "ListOffsets" | "FindCoordinator" | "OffsetFetch" | "Metadata"): number[] {
  const nodes: number[] = [];
  broker.control(api, ({ nodeId }) => {
    nodes.push(nodeId);
    return { kind: "pass" };
  });
  return nodes;
}

test("each leader is asked once for all of its partitions", async () => {
  append(broker, 6, "a", "b");
  const nodes = askedNodes("ListOffsets");
  const ends = (await admin.ranges(TOPIC)).map(({ partition, logEndOffset }) => [partition, logEndOffset]);
  expect(ends).toEqual([0, 1, 2, 3, 4, 5, 6].map((partition) => [partition, partition === 6 ? 2 : 0]));
  // Once for the starts and once for the ends.
  expect(nodes.toSorted()).toEqual([1, 1, 2, 2, 3, 3]);
});

test("a leader that moved is found", async () => {
  await admin.deleteRecordsBefore(TOPIC, new Map([[0, 0]]));
  append(broker, 0, "a", "b");
  broker.moveLeader(TOPIC, 0, 2);
  expect(await admin.deleteRecordsBefore(TOPIC, new Map([[0, 1]]))).toEqual(new Map([[0, 1]]));
  expect(pausesMs).toEqual([250]);
});

test("a coordinator that moved is looked up again, three times at most", async () => {
  await admin.commitOffsets("g", TOPIC, new Map([[0, 5]]));
  const asked = askedNodes("FindCoordinator");
  const moved = (times: number) =>
    broker.control("OffsetFetch", () => ({ kind: "error", error: "NOT_COORDINATOR" }), { times });
  moved(2);
  expect(await admin.committed("g", TOPIC)).toEqual(new Map([[0, 5]]));
  expect(asked.length).toBe(2);
  expect(pausesMs).toEqual([250, 500]);
  moved(3);
  await expect(admin.committed("g", TOPIC)).rejects.toMatchObject({
    code: "kafka_request_failed",
    cause: { type: "NOT_COORDINATOR_FOR_GROUP" },
  });
});

test("a broker that is gone is no reason to fail while another answers", async () => {
  await broker.down(1);
  expect((await admin.clusterId()).length).toBeGreaterThan(0);
  await admin.close();
  await broker.up(1);
  await admin.ranges(TOPIC);
  await broker.down(1);
  await broker.down(2);
  expect(await admin.topics()).toEqual([TOPIC]);
  await broker.down(3);
  await expect(admin.topics()).rejects.toMatchObject({
    code: "kafka_unreachable",
    message: "the names of topics: Kafka cannot be reached",
  });
  expect(pausesMs).toEqual([]);
});

test("a failure to find the leaders is not remembered", async () => {
  await broker.down();
  await expect(admin.ranges(TOPIC)).rejects.toMatchObject({ code: "kafka_unreachable" });
  await broker.up();
  expect(await admin.deleteRecordsBefore(TOPIC, new Map([[0, 0]]))).toEqual(new Map([[0, 0]]));
});

test("a refusal for good is not asked for again", async () => {
  const refused = broker.control("DescribeGroups", () => ({
    kind: "error",
    error: "GROUP_AUTHORIZATION_FAILED",
  }));
  await expect(admin.describeGroup("g")).rejects.toMatchObject({ code: "kafka_request_failed" });
  expect(refused.hits).toBe(1);
});

test("a question that gets no answer in time fails, and the next one is asked over a new connection", async () => {
  await admin.close();
  const deadlines: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    after(delayMs, run) {
      if (delayMs !== 7_000) return systemClock.after(delayMs, run);
      deadlines.push(run);
      return { cancel: () => {} };
    },
  };
  admin = adminWith(clock);
  const hung = broker.control("Metadata", () => ({ kind: "hang" }), { times: 1 });
  const asked = admin.topics();
  while (hung.hits === 0) await new Promise((resolve) => setImmediate(resolve));
  for (const pass of deadlines) pass();
  await expect(asked).rejects.toMatchObject({
    code: "kafka_unreachable",
    message: "the names of topics: no answer within 7000 ms",
  });
  expect(await admin.topics()).toEqual([TOPIC]);
});

test("a partition without a leader is an error that names the reason, and no hindrance to the others", async () => {
  append(broker, 0, "a", "b");
  await broker.down(2);
  await expect(admin.ranges(TOPIC)).rejects.toMatchObject({
    code: "kafka_request_failed",
    cause: { type: "LEADER_NOT_AVAILABLE" },
  });
  expect(pausesMs).toEqual([250, 500]);
  expect(await admin.deleteRecordsBefore(TOPIC, new Map([[0, 1]]))).toEqual(new Map([[0, 1]]));
});

test("another version of kafkajs is noticed at once", () => {
  const kafka = new Kafka({ brokers: ["127.0.0.1:1"] });
  expect(() => connectionsOf(kafka)).not.toThrow();
  expect(() => connectionsOf(Object.create(Kafka.prototype) as Kafka)).toThrow(
    "kafkajs has no private:Kafka:createCluster; expected version 2.2.4",
  );
});
