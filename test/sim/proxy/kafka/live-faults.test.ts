// Each fault that needs a broker, on a real Kafka behind the proxy: it takes, clients see what it is meant to do, and when
// it is cleared everything is as before.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Consumer } from "kafkajs";
import { FAULTS } from "../../../../sim/faults/faults.ts";
import { createKafkaFaultProxy, type KafkaFaultProxy } from "../../../../sim/proxy/kafka/kafka-proxy.ts";
import { systemNetwork } from "../../../../src/runtime/network.ts";
import { eventually } from "../../../support/eventually.ts";
import { type RealKafka, startKafka } from "../../../support/kafka/start-kafka.ts";
import { makeTopics } from "../../../support/make-topics.ts";
import { type ManualClock, manualClock } from "../../../support/manual-clock.ts";
import { describeRealEach } from "../../../support/real-components.ts";
import { kafkajsFor } from "../../broker/conformance/kafkajs-client.ts";
import { applyLive, candidClient, candidKafka, NAMES, produceOnce, typeOf, watched } from "../live-rig.ts";

const TEST_MS = 60_000;
const { topic, dlqTopic, libraryDlqTopic, serverGroup } = NAMES;

describe("the faults of the broker", () => {
  test("are those that are tried here", () => {
    const ofBroker = [...FAULTS.values()].filter(({ needs }) => needs.includes("broker"));
    expect(ofBroker.map(({ name }) => name)).toEqual([
      "broker-outage",
      "broker-slow",
      "coordinator-loading",
      "dlq-hang",
      "dlq-saturated",
      "dlq-topic-down",
      "fetch-throttle",
      "group-rebalance",
      "leader-move",
      "metadata-errors",
      "partition-stall",
      "produce-errors",
    ]);
  });
});

describeRealEach(["kafka-3.9", "kafka-4"], "faults on a real Kafka", (component) => {
  let kafka: RealKafka;
  let clock: ManualClock;
  let proxy: KafkaFaultProxy;
  const consumers: Consumer[] = [];

  const apply = (name: string, params: Readonly<Record<string, unknown>> = {}) =>
    applyLive({ clock, kafka: proxy, redis: null }, name, params);
  const produce = (to: string, value = "v", partition = 0) =>
    produceOnce(proxy.bootstrap, to, value, partition);
  const metadata = async () => {
    const admin = candidKafka(proxy.bootstrap).admin();
    try {
      await admin.connect();
      return (await admin.fetchTopicMetadata({ topics: [topic] })).topics.map(({ name }) => name);
    } catch (error) {
      return typeOf(error);
    } finally {
      await admin.disconnect();
    }
  };
  /** A group of one member that reads the topic from its end of now; what it gets, and how often it has joined. */
  async function consume(groupId: string) {
    const consumer = kafkajsFor(proxy.bootstrap).consumer({
      groupId,
      sessionTimeout: 6_000,
      heartbeatInterval: 100,
      maxWaitTimeInMs: 100,
    });
    consumers.push(consumer);
    const seen: string[] = [];
    let joins = 0;
    consumer.on(consumer.events.GROUP_JOIN, () => void joins++);
    await consumer.connect();
    await consumer.subscribe({ topic });
    await consumer.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) });
    await eventually(() => joins > 0);
    // The end is looked up with the first fetch: what is produced before that would be missed.
    while (!seen.includes("ready 0") || !seen.includes("ready 1")) {
      for (const partition of [0, 1]) await produce(topic, `ready ${partition}`, partition);
    }
    return { seen, joins: () => joins };
  }

  beforeAll(async () => {
    kafka = await startKafka({ component });
    const [single, double] = [{ numPartitions: 1 }, { topic, numPartitions: 2 }];
    await makeTopics(
      kafkajsFor(kafka.bootstrap),
      double,
      { ...single, topic: dlqTopic },
      { ...single, topic: libraryDlqTopic },
    );
  }, TEST_MS);
  beforeEach(async () => {
    clock = manualClock();
    const [host = "", port = ""] = kafka.bootstrap.split(":");
    proxy = createKafkaFaultProxy({
      network: systemNetwork,
      clock,
      upstream: { host, port: Number(port) },
      listen: { host: "127.0.0.1", port: 0 },
    });
    await proxy.start();
  });
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.disconnect()));
    await proxy.stop();
  });
  afterAll(() => kafka.stop(), TEST_MS);

  test(
    "broker-outage: connections are refused; afterwards records can be sent again",
    async () => {
      expect(await produce(topic)).toBe("ok");
      const fault = await apply("broker-outage");
      expect([await produce(topic), fault.hits()]).toEqual(["KafkaJSConnectionError", 1]);
      await fault.clear();
      expect(await produce(topic)).toBe("ok");
    },
    TEST_MS,
  );

  test(
    "broker-slow: everything is late",
    async () => {
      const fault = await apply("broker-slow", { delay_ms: 1_000 });
      const sending = produce(topic);
      const state = watched(sending);
      await eventually(() => fault.hits() === 1);
      expect(state.settled).toBe(false);
      // One request after the other is waited for: versions, metadata, the record.
      await eventually(() => {
        if (clock.pendingDelays().length > 0) clock.advance(1_000);
        return state.settled;
      });
      expect(await sending).toBe("ok");
      expect(fault.hits()).toBeGreaterThanOrEqual(3);
      await fault.clear();
      expect(await produce(topic)).toBe("ok");
    },
    TEST_MS,
  );

  test(
    "coordinator-loading: no group gets its offsets",
    async () => {
      const offsets = async () => {
        const admin = candidKafka(proxy.bootstrap, 2).admin();
        await admin.connect();
        return admin
          .fetchOffsets({ groupId: serverGroup, topics: [topic] })
          .then(() => "ok", typeOf)
          .finally(() => admin.disconnect());
      };
      const fault = await apply("coordinator-loading");
      expect(await offsets()).toBe("GROUP_LOAD_IN_PROGRESS");
      expect(fault.hits()).toBeGreaterThan(0);
      await fault.clear();
      await eventually(async () => (await offsets()) === "ok");
    },
    TEST_MS,
  );

  test(
    "dlq-hang: the writer of a dead letter has no answer, others have",
    async () => {
      const fault = await apply("dlq-hang");
      const client = candidClient(proxy.bootstrap);
      const producer = client.kafka.producer();
      await producer.connect();
      const state = watched(producer.send({ topic: dlqTopic, messages: [{ value: "v" }] }));
      await eventually(() => fault.hits() === 1);
      expect([await produce(topic), await produce(libraryDlqTopic), state.settled]).toEqual([
        "ok",
        "ok",
        false,
      ]);
      client.destroy();
      await fault.clear();
      expect(await produce(dlqTopic)).toBe("ok");
    },
    TEST_MS,
  );

  test(
    "dlq-saturated: dead letters are acknowledged late",
    async () => {
      const fault = await apply("dlq-saturated", { topic: "library", delay_ms: 4_000 });
      const sending = produce(libraryDlqTopic);
      const state = watched(sending);
      await eventually(() => fault.hits() === 1);
      expect([await produce(dlqTopic), state.settled]).toEqual(["ok", false]);
      clock.advance(4_000);
      expect(await sending).toBe("ok");
      await fault.clear();
      expect(await produce(libraryDlqTopic)).toBe("ok");
    },
    TEST_MS,
  );

  test.each([
    ["dlq-topic-down", dlqTopic, "NOT_ENOUGH_REPLICAS"],
    ["produce-errors", topic, "NOT_ENOUGH_REPLICAS"],
  ])(
    "%s: whoever writes to its topic is refused, and nothing is written",
    async (name, concerned, error) => {
      const endOffset = async () => {
        const admin = kafkajsFor(kafka.bootstrap).admin();
        await admin.connect();
        const offsets = await admin.fetchTopicOffsets(concerned).finally(() => admin.disconnect());
        return Math.max(...offsets.map(({ high }) => Number(high)));
      };
      const before = await endOffset();
      const fault = await apply(name);
      expect(await produce(concerned)).toBe(error);
      expect(await produce(libraryDlqTopic)).toBe("ok");
      expect([await endOffset(), fault.hits()]).toEqual([before, 1]);
      await fault.clear();
      expect(await produce(concerned)).toBe("ok");
    },
    TEST_MS,
  );

  test(
    "leader-move: whoever writes is told that the leader is elsewhere",
    async () => {
      const fault = await apply("leader-move", { delay_ms: 250 });
      const sending = produce(topic);
      await eventually(() => fault.hits() === 1);
      clock.advance(250);
      expect(await sending).toBe("NOT_LEADER_FOR_PARTITION");
      await fault.clear();
      expect(await produce(topic)).toBe("ok");
    },
    TEST_MS,
  );

  test(
    "metadata-errors: nobody is told who leads the topic",
    async () => {
      const fault = await apply("metadata-errors");
      expect(await metadata()).toBe("LEADER_NOT_AVAILABLE");
      expect(fault.hits()).toBe(1);
      await fault.clear();
      expect(await metadata()).toEqual([topic]);
    },
    TEST_MS,
  );

  test(
    "partition-stall: records of one partition do not come, those of the other do",
    async () => {
      const { seen } = await consume(`stall-${component}`);
      const fault = await apply("partition-stall", { partition: 1 });
      await eventually(() => fault.hits() > 1);
      await produce(topic, "hidden", 1);
      await produce(topic, "shown", 0);
      await eventually(() => seen.includes("shown"));
      const hitsThen = fault.hits();
      await eventually(() => fault.hits() > hitsThen + 2);
      expect(seen).not.toContain("hidden");
      await fault.clear();
      await eventually(() => seen.includes("hidden"));
    },
    TEST_MS,
  );

  test(
    "fetch-throttle: one batch, and the next when its time has come",
    async () => {
      const { seen } = await consume(`throttle-${component}`);
      const fault = await apply("fetch-throttle", { every_ms: 30_000 });
      // What is withheld waits on the clock of the proxy.
      const untilSeen = (value: string, stepMs: number) =>
        eventually(() => {
          if (seen.includes(value)) return true;
          if (clock.pendingDelays().length > 0) clock.advance(stepMs);
          return false;
        });
      await produce(topic, "first");
      // An answer without records counts too, where the first record was slow to come.
      await untilSeen("first", 10_000);
      await eventually(() => clock.pendingDelays().length > 0);
      const sinceMs = clock.monotonicMs();
      await produce(topic, "second");
      expect(seen).not.toContain("second");
      await untilSeen("second", 10_000);
      expect(clock.monotonicMs() - sinceMs).toBeGreaterThanOrEqual(30_000);
      expect(fault.hits()).toBeGreaterThan(2);
      await fault.clear();
      await produce(topic, "free");
      await untilSeen("free", 1_000);
    },
    TEST_MS,
  );

  test(
    "group-rebalance: the member has to join anew, again and again",
    async () => {
      const { seen, joins } = await consume(serverGroup);
      const before = joins();
      const fault = await apply("group-rebalance", { every_seconds: 30 });
      expect(fault.hits()).toBe(1);
      await eventually(() => joins() > before);
      clock.advance(30_000);
      await eventually(() => joins() > before + 1);
      expect(fault.hits()).toBeGreaterThanOrEqual(2);
      await fault.clear();
      await produce(topic, "after");
      await eventually(() => seen.includes("after"));
    },
    TEST_MS,
  );
});
