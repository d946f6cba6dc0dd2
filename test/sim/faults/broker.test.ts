// What the faults of Kafka look like to those who speak its protocol: there while the fault is, gone when it is cleared,
// and counted.

import { describe, expect, test } from "bun:test";
import { APIS } from "../../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import { bytesOf, fetch, metadataRequest, produce } from "../broker/broker-rig.ts";
import type { WireClient } from "../broker/wire-client.ts";
import { FRONTS, NAMES, onStage as onAnyStage, type StageRig } from "./stage-rig.ts";

const { NONE } = KAFKA_ERRORS;

/** What Kafka answers to one record for a topic. */
async function produceCode({ world }: StageRig, wire: WireClient, topic: string): Promise<number> {
  const [partition] = await world.outcome(produce(wire, topic, ["v"]));
  return partition?.errorCode ?? -99;
}

describe.each(FRONTS)("%s", (front) => {
  const onStage = (live: (rig: StageRig) => Promise<void>) => onAnyStage(live, front);

  describe("broker-outage", () => {
    test("cuts connections and refuses new ones; afterwards the data are there", () =>
      onStage(async (rig) => {
        const wire = await rig.wire();
        expect(await produceCode(rig, wire, NAMES.topic)).toBe(NONE);
        const fault = await rig.apply("broker-outage");
        await rig.world.outcome(wire.closed);
        // Refused at the port itself, or by a TCP proxy that stays.
        const late = await rig.wire().catch(() => null);
        if (late) expect((await rig.timed(late.call(APIS.ApiVersions, 0, {}))).result).toBe("failed");
        expect(fault.hits()).toBe(1);
        await rig.clear(fault);
        await rig.clear(fault);
        const again = await rig.wire();
        const [partition] = await rig.world.outcome(fetch(again, NAMES.topic));
        expect(partition?.highWatermark).toBe(1);
      }));

    test("takes all that ever came where clients that lost their connections wait before they connect again", () =>
      onStage(async (rig) => {
        for (const wire of [await rig.wire(), await rig.wire()]) {
          await produceCode(rig, wire, NAMES.topic);
          wire.close();
        }
        await rig.world.advance(1_000);
        const first = await rig.apply("broker-outage");
        expect(first.hits()).toBe(2);
        await rig.clear(first);
        expect((await rig.apply("broker-outage")).hits()).toBe(2);
      }));

    test("takes as many connections as it cuts, and nothing where nobody ever came", () =>
      onStage(async (rig) => {
        const alone = await rig.apply("broker-outage");
        expect(alone.hits()).toBe(0);
        await rig.clear(alone);
        for (const wire of [await rig.wire(), await rig.wire()]) await produceCode(rig, wire, NAMES.topic);
        expect((await rig.apply("broker-outage")).hits()).toBe(2);
      }));
  });

  describe("broker-slow", () => {
    test("delays every answer", () =>
      onStage(async (rig) => {
        const wire = await rig.wire();
        const fault = await rig.apply("broker-slow", { delay_ms: 700 });
        expect((await rig.timed(wire.call(APIS.ApiVersions, 0, {}))).tookMs).toBe(700);
        expect((await rig.timed(produce(wire, NAMES.topic, ["v"]))).tookMs).toBe(700);
        expect(fault.hits()).toBe(2);
        await rig.clear(fault);
        expect((await rig.timed(wire.call(APIS.ApiVersions, 0, {}))).tookMs).toBe(0);
      }));
  });

  describe("dlq-topic-down", () => {
    test("refuses dead letters of the server, and nothing else", () =>
      onStage(async (rig) => {
        const wire = await rig.wire();
        const fault = await rig.apply("dlq-topic-down");
        expect(await produceCode(rig, wire, NAMES.dlqTopic)).toBe(KAFKA_ERRORS.NOT_ENOUGH_REPLICAS);
        expect(await produceCode(rig, wire, NAMES.libraryDlqTopic)).toBe(NONE);
        expect(await produceCode(rig, wire, NAMES.topic)).toBe(NONE);
        expect(fault.hits()).toBe(1);
        await rig.clear(fault);
        expect(await produceCode(rig, wire, NAMES.dlqTopic)).toBe(NONE);
        expect(rig.broker.endOffsets(NAMES.dlqTopic)).toEqual([1]);
      }));

    test("or those of the library's users, with the error that was asked for", () =>
      onStage(async (rig) => {
        const wire = await rig.wire();
        await rig.apply("dlq-topic-down", { topic: "library", error: "TOPIC_AUTHORIZATION_FAILED" });
        expect(await produceCode(rig, wire, NAMES.libraryDlqTopic)).toBe(
          KAFKA_ERRORS.TOPIC_AUTHORIZATION_FAILED,
        );
        expect(await produceCode(rig, wire, NAMES.dlqTopic)).toBe(NONE);
      }));
  });

  describe("dlq-hang", () => {
    test("leaves the writer of a dead letter without an answer; connections that come later have one", () =>
      onStage(async (rig) => {
        const fault = await rig.apply("dlq-hang", { topic: "library" });
        let isAnswered = false;
        const stuck = await rig.wire();
        const waiting = produce(stuck, NAMES.libraryDlqTopic, ["v"]).then(
          () => {
            isAnswered = true;
          },
          () => {},
        );
        const other = await rig.wire();
        expect(await produceCode(rig, other, NAMES.dlqTopic)).toBe(NONE);
        await rig.world.advance(60_000);
        expect([isAnswered, fault.hits()]).toEqual([false, 1]);
        await rig.clear(fault);
        expect(await produceCode(rig, await rig.wire(), NAMES.libraryDlqTopic)).toBe(NONE);
        stuck.close();
        await rig.world.outcome(waiting);
      }));
  });

  describe("dlq-saturated", () => {
    test("acknowledges dead letters late", () =>
      onStage(async (rig) => {
        const wire = await rig.wire();
        const fault = await rig.apply("dlq-saturated", { delay_ms: 3_000 });
        expect((await rig.timed(produce(wire, NAMES.dlqTopic, ["v"]))).tookMs).toBe(3_000);
        expect((await rig.timed(produce(wire, NAMES.topic, ["v"]))).tookMs).toBe(0);
        expect(fault.hits()).toBe(1);
        await rig.clear(fault);
        expect((await rig.timed(produce(wire, NAMES.dlqTopic, ["v"]))).tookMs).toBe(0);
        expect(rig.broker.endOffsets(NAMES.dlqTopic)).toEqual([2]);
      }));
  });

  describe("fetch-throttle", () => {
    test("gives a connection one batch of each partition, and no more until its time has come", () =>
      onStage(async (rig) => {
        const wire = await rig.wire();
        for (const value of ["a", "b", "c"]) {
          await rig.world.outcome(produce(wire, NAMES.topic, [value, value], [0, 1]));
        }
        const read = async (from: number) => {
          const partitions = await rig.world.outcome(
            fetch(wire, NAMES.topic, { from: { 0: from, 1: from }, maxWaitMs: 100 }),
          );
          return partitions.map((partition) => bytesOf(partition));
        };
        const [whole = 0] = await read(0);
        const fault = await rig.apply("fetch-throttle", { every_ms: 10_000 });
        const oneBatch = [whole / 3, whole / 3];
        expect(await read(0)).toEqual(oneBatch);
        expect(await read(2)).toEqual([0, 0]);
        await rig.world.advance(9_900);
        expect(await read(2)).toEqual(oneBatch);
        // Another consumer has a trickle of its own.
        const other = await rig.wire();
        const [first] = await rig.world.outcome(fetch(other, NAMES.topic));
        expect(bytesOf(first)).toBe(whole / 3);
        expect(fault.hits()).toBe(4);
        await rig.clear(fault);
        expect(await read(0)).toEqual([whole, whole]);
      }));
  });

  describe("partition-stall", () => {
    test("hides what is new of one partition, not that there is something", () =>
      onStage(async (rig) => {
        const wire = await rig.wire();
        const fault = await rig.apply("partition-stall", { partition: 1 });
        await rig.world.outcome(produce(wire, NAMES.topic, ["v"], [0, 1]));
        const read = () => rig.world.outcome(fetch(wire, NAMES.topic, { from: { 0: 0, 1: 0 } }));
        const stalled = await read();
        expect(stalled.map((partition) => [bytesOf(partition) > 0, partition.highWatermark])).toEqual([
          [true, 1],
          [false, 1],
        ]);
        expect(fault.hits()).toBe(1);
        await rig.clear(fault);
        expect((await read()).map((partition) => bytesOf(partition) > 0)).toEqual([true, true]);
      }));

    test("hides what is new of all partitions where none is named, and of no other topic", () =>
      onStage(async (rig) => {
        const wire = await rig.wire();
        await rig.apply("partition-stall");
        await rig.world.outcome(produce(wire, NAMES.topic, ["v"], [0, 1]));
        await rig.world.outcome(produce(wire, NAMES.dlqTopic, ["v"]));
        const stalled = await rig.world.outcome(fetch(wire, NAMES.topic, { from: { 0: 0, 1: 0 } }));
        expect(stalled.map((partition) => [bytesOf(partition) > 0, partition.highWatermark])).toEqual([
          [false, 1],
          [false, 1],
        ]);
        const [letter] = await rig.world.outcome(fetch(wire, NAMES.dlqTopic));
        expect(letter && bytesOf(letter) > 0).toBe(true);
      }));
  });

  describe("errors that Kafka answers with", () => {
    test("produce-errors: to producers of telemetry alone", () =>
      onStage(async (rig) => {
        const wire = await rig.wire();
        const fault = await rig.apply("produce-errors", { error: "KAFKA_STORAGE_ERROR" });
        expect(await produceCode(rig, wire, NAMES.topic)).toBe(KAFKA_ERRORS.KAFKA_STORAGE_ERROR);
        expect(await produceCode(rig, wire, NAMES.dlqTopic)).toBe(NONE);
        expect(fault.hits()).toBe(1);
        await rig.clear(fault);
        expect(await produceCode(rig, wire, NAMES.topic)).toBe(NONE);
      }));

    test("leader-move: to whoever reads or writes the topic", () =>
      onStage(async (rig) => {
        const wire = await rig.wire();
        const fault = await rig.apply("leader-move", { delay_ms: 200 });
        const { NOT_LEADER_OR_FOLLOWER } = KAFKA_ERRORS;
        const fetched = async () => (await fetch(wire, NAMES.topic))[0]?.errorCode;
        expect(await produceCode(rig, wire, NAMES.topic)).toBe(NOT_LEADER_OR_FOLLOWER);
        expect((await rig.timed(fetched())).tookMs).toBe(200);
        expect((await rig.timed(fetched())).result).toBe(NOT_LEADER_OR_FOLLOWER);
        expect(await produceCode(rig, wire, NAMES.dlqTopic)).toBe(NONE);
        expect(fault.hits()).toBe(3);
        await rig.clear(fault);
        expect([await produceCode(rig, wire, NAMES.topic), (await rig.timed(fetched())).result]).toEqual([
          NONE,
          NONE,
        ]);
      }));

    test("metadata-errors: to whoever asks who leads the topic", () =>
      onStage(async (rig) => {
        const wire = await rig.wire();
        const ask = async () => {
          const request = metadataRequest([NAMES.topic, NAMES.dlqTopic]);
          const { topics } = await rig.world.outcome(wire.call(APIS.Metadata, 6, request));
          return topics.map(({ errorCode }) => errorCode);
        };
        const fault = await rig.apply("metadata-errors");
        expect(await ask()).toEqual([KAFKA_ERRORS.LEADER_NOT_AVAILABLE, NONE]);
        expect(fault.hits()).toBe(1);
        await rig.clear(fault);
        expect(await ask()).toEqual([NONE, NONE]);
      }));
  });

  describe("faults of the consumer group", () => {
    const identity = { groupId: NAMES.serverGroup, memberId: "", groupInstanceId: null };
    const joinRequest = {
      ...identity,
      sessionTimeoutMs: 600_000,
      rebalanceTimeoutMs: 60_000,
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: Buffer.from("subscription") }],
    };

    /** Joins alone, and gives the code of the next heartbeat. */
    async function member({ world }: StageRig, wire: WireClient) {
      const joined = await world.outcome(wire.call(APIS.JoinGroup, 2, joinRequest));
      const { memberId, generationId, errorCode } = joined;
      const mine = { ...identity, memberId, generationId };
      const assignments = [{ memberId, assignment: Buffer.from("all") }];
      await world.outcome(wire.call(APIS.SyncGroup, 1, { ...mine, assignments }));
      return {
        joinCode: errorCode,
        heartbeat: async () => (await world.outcome(wire.call(APIS.Heartbeat, 1, mine))).errorCode,
      };
    }

    test("coordinator-loading: nobody can join or heartbeat, and members are members still afterwards", () =>
      onStage(async (rig) => {
        const wire = await rig.wire();
        const { heartbeat } = await member(rig, wire);
        expect(await heartbeat()).toBe(NONE);
        const fault = await rig.apply("coordinator-loading");
        expect(await heartbeat()).toBe(KAFKA_ERRORS.COORDINATOR_LOAD_IN_PROGRESS);
        const other = await rig.wire();
        const refused = await rig.world.outcome(other.call(APIS.JoinGroup, 2, joinRequest));
        expect(refused.errorCode).toBe(KAFKA_ERRORS.COORDINATOR_LOAD_IN_PROGRESS);
        expect(fault.hits()).toBe(2);
        await rig.clear(fault);
        expect(await heartbeat()).toBe(NONE);
      }));

    test("group-rebalance: members are unknown at once and again after each interval", () =>
      onStage(async (rig) => {
        const wire = await rig.wire();
        const first = await member(rig, wire);
        const fault = await rig.apply("group-rebalance", { every_seconds: 30 });
        expect(await first.heartbeat()).toBe(KAFKA_ERRORS.UNKNOWN_MEMBER_ID);
        const second = await member(rig, wire);
        expect([second.joinCode, await second.heartbeat()]).toEqual([NONE, NONE]);
        await rig.world.advance(30_000);
        expect(await second.heartbeat()).toBe(KAFKA_ERRORS.UNKNOWN_MEMBER_ID);
        expect(fault.hits()).toBe(2);
        await rig.clear(fault);
        const third = await member(rig, wire);
        await rig.world.advance(120_000);
        expect(await third.heartbeat()).toBe(NONE);
        // Its session would be a timer that is left.
        rig.broker.expireMembers(NAMES.serverGroup);
      }));
  });
});
