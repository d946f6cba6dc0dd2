import { describe, expect, test } from "bun:test";
import { APIS } from "../../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import { bytesOf, FRONTS, fetch, metadataRequest, produce, brokerRig as rigOf } from "./broker-rig.ts";

describe.each(FRONTS)("%s", (who) => {
  const brokerRig = () => rigOf({}, who);

  describe("a rule that answers with an error", () => {
    test("refuses so many requests as it is told to, and nothing is written meanwhile", async () => {
      const { broker, connect, front } = await brokerRig();
      broker.createTopic("t");
      const wire = await connect();
      const rule = front.control("Produce", () => ({ kind: "error", error: "NOT_ENOUGH_REPLICAS" }), {
        times: 2,
      });
      const codes: number[] = [];
      for (let i = 0; i < 3; i++) codes.push((await produce(wire, "t", ["v"]))[0]?.errorCode ?? -99);
      const { NOT_ENOUGH_REPLICAS, NONE } = KAFKA_ERRORS;
      expect(codes).toEqual([NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS, NONE]);
      expect(rule.hits).toBe(2);
      expect(broker.endOffsets("t")).toEqual([1]);
    });

    test("concerns only the partition that its filter names", async () => {
      const { broker, connect, front } = await brokerRig();
      broker.createTopic("t", { partitions: 2 });
      front.control("Produce", () => ({ kind: "error", error: "KAFKA_STORAGE_ERROR" }), {
        topic: "t",
        partition: 1,
      });
      const written = await produce(await connect(), "t", ["v"], [0, 1]);
      expect(written.map(({ errorCode }) => errorCode)).toEqual([0, KAFKA_ERRORS.KAFKA_STORAGE_ERROR]);
      expect(broker.endOffsets("t")).toEqual([1, 0]);
    });

    test("is not kept waiting until records come for other partitions", async () => {
      const { broker, connect, front } = await brokerRig();
      broker.createTopic("t", { partitions: 2 });
      front.control("Fetch", () => ({ kind: "error", error: "NOT_LEADER_OR_FOLLOWER" }), {
        topic: "t",
        partition: 1,
      });
      const fetched = await fetch(await connect(), "t", { from: { 0: 0, 1: 0 }, maxWaitMs: 60_000 });
      const { NONE, NOT_LEADER_OR_FOLLOWER } = KAFKA_ERRORS;
      expect(fetched.map(({ errorCode }) => errorCode)).toEqual([NONE, NOT_LEADER_OR_FOLLOWER]);
    });

    test("keeps a topic that is refused from being made", async () => {
      const { broker, connect, front } = await brokerRig();
      front.control("Metadata", () => ({ kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }), {
        topic: "secret",
      });
      const { topics } = await (await connect()).call(APIS.Metadata, 8, metadataRequest(["secret", "open"]));
      const { NONE, TOPIC_AUTHORIZATION_FAILED } = KAFKA_ERRORS;
      expect(topics.map(({ errorCode }) => errorCode)).toEqual([TOPIC_AUTHORIZATION_FAILED, NONE]);
      expect(broker.endOffsets("open")).toEqual([0]);
      expect(() => broker.endOffsets("secret")).toThrow("no topic secret");
    });

    test("concerns only the client and the API that it names, until it is removed", async () => {
      const { broker, connect, front } = await brokerRig();
      broker.createTopic("t");
      const rule = front.control(
        "FindCoordinator",
        () => ({ kind: "error", error: "COORDINATOR_NOT_AVAILABLE" }),
        {
          clientId: "victim",
        },
      );
      const ask = async (clientId: string) => {
        const wire = await connect(1, clientId);
        return (await wire.call(APIS.FindCoordinator, 2, { key: "g", keyType: 0 })).errorCode;
      };
      expect(await ask("victim")).toBe(KAFKA_ERRORS.COORDINATOR_NOT_AVAILABLE);
      expect(await ask("other")).toBe(KAFKA_ERRORS.NONE);
      rule.remove();
      expect(await ask("victim")).toBe(KAFKA_ERRORS.NONE);
    });

    test("may be late, and what comes behind it on the same connection too", async () => {
      const { broker, clock, connect, front } = await brokerRig();
      broker.createTopic("t");
      front.control("Produce", () => ({ kind: "error", error: "NOT_ENOUGH_REPLICAS", delayMs: 500 }), {
        times: 1,
      });
      const wire = await connect();
      const codes: number[] = [];
      const send = async () => codes.push((await produce(wire, "t", ["v"]))[0]?.errorCode ?? -99);
      const both = Promise.all([send(), send()]);
      await (await connect()).call(APIS.ApiVersions, 0, {});
      expect(codes).toEqual([]);
      clock.advance(500);
      await both;
      expect(codes).toEqual([KAFKA_ERRORS.NOT_ENOUGH_REPLICAS, KAFKA_ERRORS.NONE]);
      expect(broker.endOffsets("t")).toEqual([1]);
    });

    test("may decide by what the request names", async () => {
      const { connect, front } = await brokerRig();
      const seen: string[] = [];
      front.control("*", ({ api, targets, clientId, nodeId }) => {
        seen.push(`${api} ${clientId} ${nodeId} ${targets.map(({ topic }) => topic)}`);
        return targets.some(({ topic }) => topic === "bad")
          ? { kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }
          : { kind: "pass" };
      });
      const wire = await connect(1, "me");
      const { topics } = await wire.call(APIS.Metadata, 8, metadataRequest(["bad"]));
      expect(topics[0]?.errorCode).toBe(KAFKA_ERRORS.TOPIC_AUTHORIZATION_FAILED);
      await produce(wire, "good", ["v"]);
      expect(seen).toEqual(["Metadata me 1 bad", "Produce me 1 good"]);
    });
  });

  describe("a rule that delays", () => {
    test("holds the request, and what comes behind it on the same connection, for that time", async () => {
      const { broker, clock, connect, front } = await brokerRig();
      broker.createTopic("t");
      front.control("Produce", () => ({ kind: "delay", delayMs: 500 }), { times: 1 });
      const wire = await connect();
      const order: string[] = [];
      const slow = produce(wire, "t", ["v"]).then(() => order.push("produce"));
      const behind = wire.call(APIS.ApiVersions, 0, {}).then(() => order.push("versions"));
      await (await connect()).call(APIS.ApiVersions, 0, {});
      expect([broker.endOffsets("t"), order]).toEqual([[0], []]);
      clock.advance(500);
      await Promise.all([slow, behind]);
      expect([broker.endOffsets("t"), order.length]).toEqual([[1], 2]);
    });

    test("at the response writes at once and answers late", async () => {
      const { broker, clock, connect, front } = await brokerRig();
      broker.createTopic("t");
      front.control("Produce", () => ({ kind: "delay", delayMs: 500, stage: "response" }));
      const waiting = produce(await connect(), "t", ["v"]);
      await fetch(await connect(), "t", { maxWaitMs: 10_000 });
      expect(broker.endOffsets("t")).toEqual([1]);
      clock.advance(500);
      expect((await waiting)[0]?.baseOffset).toBe(0);
    });
  });

  describe("a rule that cuts or hangs", () => {
    test("drops the connection before anything is written", async () => {
      const { broker, connect, front } = await brokerRig();
      broker.createTopic("t");
      front.control("Produce", () => ({ kind: "drop" }));
      expect(await produce(await connect(), "t", ["v"]).catch(String)).toContain("connection closed");
      expect(broker.endOffsets("t")).toEqual([0]);
    });

    test("drops the connection after writing, so that sending again makes a duplicate", async () => {
      const { broker, connect, front } = await brokerRig();
      broker.createTopic("t");
      front.control("Produce", () => ({ kind: "drop", stage: "response" }), { times: 1 });
      expect(await produce(await connect(), "t", ["v"]).catch(String)).toContain("connection closed");
      await produce(await connect(), "t", ["v"]);
      expect(broker.endOffsets("t")).toEqual([2]);
    });

    test("never answers, while other connections go on", async () => {
      const { broker, clock, connect, front } = await brokerRig();
      broker.createTopic("t");
      front.control("Produce", () => ({ kind: "hang" }), { times: 1 });
      let answered = false;
      const hanging = produce(await connect(), "t", ["v"])
        .catch(String)
        .finally(() => {
          answered = true;
        });
      await produce(await connect(), "t", ["v"]);
      clock.advance(3_600_000);
      expect(answered).toBe(false);
      await front.down();
      expect(await hanging).toContain("connection closed");
    });
  });

  describe("a rule that withholds", () => {
    test("makes a fetch wait as if nothing were new", async () => {
      const { broker, clock, connect, front } = await brokerRig();
      broker.createTopic("t");
      front.control("Fetch", () => ({ kind: "withhold" }));
      let answered = false;
      const waiting = fetch(await connect(), "t", { maxWaitMs: 10_000 }).finally(() => {
        answered = true;
      });
      await produce(await connect(), "t", ["v"]);
      await produce(await connect(), "t", ["v"]);
      expect(answered).toBe(false);
      clock.advance(10_000);
      const [partition] = await waiting;
      expect([bytesOf(partition), partition?.highWatermark]).toEqual([0, 2]);
    });

    test("does not hide that a fetch is for what is not there, and answers that at once", async () => {
      const { broker, connect, front } = await brokerRig();
      broker.createTopic("t");
      const wire = await connect();
      await produce(wire, "t", ["v"]);
      front.control("Fetch", () => ({ kind: "withhold" }));
      for (const offset of [2, -5]) {
        const [partition] = await fetch(wire, "t", { from: { 0: offset }, maxWaitMs: 60_000 });
        expect(partition?.errorCode).toBe(KAFKA_ERRORS.OFFSET_OUT_OF_RANGE);
      }
      const [unknown] = await fetch(wire, "nothing", { maxWaitMs: 60_000 });
      expect(unknown?.errorCode).toBe(KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION);
    });

    test("hides new records of one partition from fetches, not from those who ask for the end", async () => {
      const { broker, connect, front } = await brokerRig();
      broker.createTopic("t", { partitions: 2 });
      const wire = await connect();
      const rule = front.control("Fetch", () => ({ kind: "withhold" }), { topic: "t", partition: 0 });
      await produce(wire, "t", ["v"], [0, 1]);
      const hidden = await fetch(wire, "t", { from: { 0: 0, 1: 0 }, maxWaitMs: 10_000 });
      expect(hidden.map((partition) => bytesOf(partition) > 0)).toEqual([false, true]);
      expect(hidden.map(({ highWatermark }) => highWatermark)).toEqual([1, 1]);
      rule.remove();
      const shown = await fetch(wire, "t", { from: { 0: 0, 1: 0 } });
      expect(shown.map((partition) => bytesOf(partition) > 0)).toEqual([true, true]);
    });
  });

  describe("a rule that rations", () => {
    test("gives one batch of each partition that its filter names, whatever may be fetched", async () => {
      const { broker, connect, front } = await brokerRig();
      broker.createTopic("t", { partitions: 2 });
      const wire = await connect();
      for (const value of ["a", "b", "c"]) await produce(wire, "t", [value], [0, 1]);
      const sizes = async (from: number) =>
        (await fetch(wire, "t", { from: { 0: from, 1: from } })).map((partition) => bytesOf(partition));
      const [whole = 0] = await sizes(0);
      const rule = front.control("Fetch", () => ({ kind: "ration" }), { topic: "t", partition: 0 });
      expect(await sizes(0)).toEqual([whole / 3, whole]);
      expect(await sizes(1)).toEqual([whole / 3, (whole / 3) * 2]);
      expect(rule.hits).toBe(2);
      rule.remove();
      expect(await sizes(0)).toEqual([whole, whole]);
    });

    test("may tell connections apart", async () => {
      const { connect, front } = await brokerRig();
      const [one, two] = [await connect(), await connect()];
      const seen: number[] = [];
      front.control("ApiVersions", ({ connectionId }) => {
        seen.push(connectionId);
        return { kind: "pass" };
      });
      for (const wire of [one, two, one]) await wire.call(APIS.ApiVersions, 0, {});
      expect(seen[0]).toBe(seen[2]);
      expect(seen[0]).not.toBe(seen[1]);
    });
  });
});
