import { describe, expect, test } from "bun:test";
import { createBroker } from "../../../sim/broker/broker.ts";
import type { RequestOf } from "../../../src/kafka-protocol/api.ts";
import { APIS } from "../../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import { systemNetwork } from "../../../src/runtime/network.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { brokerRig, bytesOf, fetch, metadataRequest, produce, recordsOf } from "./broker-rig.ts";

describe("a fetch", () => {
  test("waits for as long as it may, on the broker's clock", async () => {
    const { broker, clock, connect } = await brokerRig();
    broker.createTopic("t");
    const waiting = fetch(await connect(), "t", { maxWaitMs: 5_000 });
    await (await connect()).call(APIS.ApiVersions, 0, {});
    clock.advance(5_000);
    expect(bytesOf((await waiting)[0])).toBe(0);
  });

  test("waits for as many bytes as it asks for", async () => {
    const { broker, connect } = await brokerRig();
    broker.createTopic("t");
    const wire = await connect();
    const batch = bytesOf((await withOneRecord())[0]);
    const waiting = fetch(await connect(), "t", { maxWaitMs: 5_000, minBytes: 2 * batch });
    await produce(wire, "t", ["v"]);
    await produce(wire, "t", ["v"]);
    expect(bytesOf((await waiting)[0])).toBe(2 * batch);
  });

  test("is answered in one piece for all that one request writes", async () => {
    const { broker, connect } = await brokerRig();
    broker.createTopic("t", { partitions: 3 });
    const waiting = fetch(await connect(), "t", { from: { 0: 0, 1: 0, 2: 0 }, maxWaitMs: 5_000 });
    await produce(await connect(), "t", ["v"], [0, 1, 2]);
    expect((await waiting).map((partition) => bytesOf(partition) > 0)).toEqual([true, true, true]);
  });

  test("that waits for a topic is told when the topic is deleted", async () => {
    const { broker, connect } = await brokerRig();
    broker.createTopic("t");
    const waiting = fetch(await connect(), "t", { maxWaitMs: 5_000 });
    await (await connect()).call(APIS.ApiVersions, 0, {});
    broker.deleteTopic("t");
    expect((await waiting)[0]?.errorCode).toBe(KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION);
  });

  async function withOneRecord() {
    const { broker, connect } = await brokerRig();
    broker.createTopic("one");
    const wire = await connect();
    await produce(wire, "one", ["v"]);
    return await fetch(wire, "one");
  }
});

describe("a cluster of several nodes", () => {
  test("deals its partitions out, and a node refuses what another leads", async () => {
    const { broker, connect } = await brokerRig({ ports: [0, 0, 0] });
    broker.createTopic("t", { partitions: 3 });
    const wire = await connect();
    const { brokers, topics } = await wire.call(APIS.Metadata, 8, metadataRequest(["t"]));
    expect(brokers.map(({ port }) => port)).toEqual(broker.nodes.map(({ port }) => port));
    expect(topics[0]?.partitions.map(({ leaderId }) => leaderId)).toEqual([1, 2, 3]);
    const written = await produce(wire, "t", ["v"], [0, 1]);
    expect(written.map(({ errorCode }) => errorCode)).toEqual([0, KAFKA_ERRORS.NOT_LEADER_OR_FOLLOWER]);
  });

  test("loses with a node its partitions, and gets them back with their records", async () => {
    const { broker, connect } = await brokerRig({ ports: [0, 0] });
    broker.createTopic("t", { partitions: 2 });
    await produce(await connect(2), "t", ["v"], [1]);
    const port = broker.nodes[1]?.port;
    await broker.down(2);
    const wire = await connect(1);
    const during = await wire.call(APIS.Metadata, 8, metadataRequest(["t"]));
    expect(during.brokers.map(({ nodeId }) => nodeId)).toEqual([1]);
    expect(during.topics[0]?.partitions.map(({ errorCode, leaderId }) => [errorCode, leaderId])).toEqual([
      [KAFKA_ERRORS.NONE, 1],
      [KAFKA_ERRORS.LEADER_NOT_AVAILABLE, -1],
    ]);
    await broker.up(2);
    expect(broker.nodes[1]?.port).toBe(port ?? -1);
    expect(bytesOf((await fetch(await connect(2), "t", { from: { 1: 0 } }))[0])).toBeGreaterThan(0);
  });

  test("has one coordinator for each group, and others say that they are not it", async () => {
    const { connect } = await brokerRig({ ports: [0, 0] });
    const wires = [await connect(1), await connect(2)] as const;
    const { nodeId } = await wires[0].call(APIS.FindCoordinator, 2, { key: "g", keyType: 0 });
    const identity = { groupId: "g", generationId: 1, memberId: "m", groupInstanceId: null };
    const wrong = await wires[nodeId === 1 ? 1 : 0].call(APIS.Heartbeat, 3, identity);
    const right = await wires[nodeId === 1 ? 0 : 1].call(APIS.Heartbeat, 3, identity);
    expect(wrong.errorCode).toBe(KAFKA_ERRORS.NOT_COORDINATOR);
    expect(right.errorCode).toBe(KAFKA_ERRORS.UNKNOWN_MEMBER_ID);
  });
});

describe("topics", () => {
  test("are made by asking for them, if broker and client allow it", async () => {
    const { broker, connect } = await brokerRig({ defaultPartitions: 3 });
    const wire = await connect();
    const codes = async (name: string, allowAutoTopicCreation: boolean) => {
      const request = { ...metadataRequest([name]), allowAutoTopicCreation };
      return (await wire.call(APIS.Metadata, 8, request)).topics.map(({ errorCode }) => errorCode);
    };
    expect(await codes("t", false)).toEqual([KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION]);
    expect(await codes("t", true)).toEqual([KAFKA_ERRORS.NONE]);
    expect(await codes("no spaces", true)).toEqual([KAFKA_ERRORS.INVALID_TOPIC_EXCEPTION]);
    expect(broker.endOffsets("t")).toEqual([0, 0, 0]);
  });

  test("lose records that are older than their retention, as the clock goes on", async () => {
    const { broker, clock, connect } = await brokerRig({ retentionCheckMs: 1_000 });
    broker.createTopic("t", { config: { "retention.ms": "60000" } });
    const records = [{ timestampMs: clock.nowMs(), key: null, value: Buffer.from("v") }];
    broker.append("t", 0, records);
    clock.advance(60_000);
    expect(broker.startOffsets("t")).toEqual([0]);
    clock.advance(1_000);
    expect(broker.startOffsets("t")).toEqual([1]);
    const [partition] = await fetch(await connect(), "t");
    expect(partition).toMatchObject({ errorCode: KAFKA_ERRORS.OFFSET_OUT_OF_RANGE, logStartOffset: 1 });
  });

  test("with wrong settings are refused, whoever makes them", () => {
    const options = { network: systemNetwork, clock: manualClock(), random: seededRandom(1) };
    const broker = createBroker(options);
    expect(() => broker.createTopic("t", { config: { "retention.ms": "-2" } })).toThrow(
      "Invalid value -2 for configuration retention.ms: expected an integer of at least -1",
    );
    expect(() => broker.createTopic("a b")).toThrow('topic name "a b" is not legal');
    expect(() => broker.createTopic("t", { partitions: 0 })).toThrow("0 partitions, expected 1 or more");
    expect(() => createBroker({ ...options, topicDefaults: { "cleanup.policy": "compact" } })).toThrow(
      "Invalid value compact for configuration cleanup.policy: expected delete",
    );
    expect(() => broker.endOffsets("missing")).toThrow("the broker has no topic missing");
  });
});

describe("what a broker can be asked in process", () => {
  test("is how far topics and groups are", async () => {
    const { broker, connect } = await brokerRig();
    broker.createTopic("t", { partitions: 2 });
    broker.append("t", 1, recordsOf("a", "b"), { codec: "lz4" });
    expect(broker.endOffsets("t")).toEqual([0, 2]);
    expect(broker.committedOffsets("g", "t")).toEqual([-1, -1]);
    const partitions = [{ index: 1, offset: 2, leaderEpoch: -1, metadata: null }];
    const commit: RequestOf<typeof APIS.OffsetCommit> = {
      groupId: "g",
      generationId: -1,
      memberId: "",
      groupInstanceId: null,
      retentionTimeMs: -1,
      topics: [{ name: "t", partitions }],
    };
    await (await connect()).call(APIS.OffsetCommit, 7, commit);
    expect(broker.committedOffsets("g", "t")).toEqual([-1, 2]);
  });
});

describe("a run with the same seed", () => {
  async function memberIdOf(seed: number): Promise<string> {
    const { connect } = await brokerRig({ random: seededRandom(seed) });
    const joined = await (await connect()).call(APIS.JoinGroup, 5, {
      groupId: "g",
      sessionTimeoutMs: 6_000,
      rebalanceTimeoutMs: 6_000,
      memberId: "",
      groupInstanceId: null,
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: Buffer.alloc(0) }],
    });
    expect(joined.errorCode).toBe(KAFKA_ERRORS.MEMBER_ID_REQUIRED);
    return joined.memberId;
  }

  test("gives the same ids, one with another seed others", async () => {
    expect(await memberIdOf(5)).toBe(await memberIdOf(5));
    expect(await memberIdOf(5)).not.toBe(await memberIdOf(6));
  });
});

describe("stopping", () => {
  test("leaves no timer behind, whatever waits", async () => {
    const { broker, clock, connect } = await brokerRig();
    broker.createTopic("t");
    const waiting = fetch(await connect(), "t", { maxWaitMs: 60_000 }).catch(String);
    await (await connect()).call(APIS.ApiVersions, 0, {});
    expect(clock.pendingDelays()).toContain(60_000);
    await broker.stop();
    expect(clock.pendingDelays()).toEqual([]);
    expect(await waiting).toContain("connection closed");
  });
});
