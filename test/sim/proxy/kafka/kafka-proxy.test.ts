// What clients see of the brokers behind the proxy, and what becomes of bytes that are not Kafka's protocol.

import { describe, expect, test } from "bun:test";
import { type Broker, createBroker } from "../../../../sim/broker/broker.ts";
import { sessionless } from "../../../../sim/proxy/kafka/fetching.ts";
import {
  createKafkaFaultProxy,
  type KafkaFaultProxy,
  type KafkaFaultProxyOptions,
} from "../../../../sim/proxy/kafka/kafka-proxy.ts";
import { runVirtual, type VirtualWorld } from "../../../../sim/verify/virtual-world.ts";
import { encodeRequest } from "../../../../src/kafka-protocol/api.ts";
import { APIS } from "../../../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../../../src/kafka-protocol/error-codes.ts";
import { encodeBatch } from "../../../../src/kafka-protocol/records.ts";
import { keepingLog, type LogLine } from "../../../support/keeping-log.ts";
import { metadataRequest, produce } from "../../broker/broker-rig.ts";
import { connectWire, type WireClient } from "../../broker/wire-client.ts";

const HOST = "127.0.0.1";
const PORT = 19_092;

interface Rig {
  readonly world: VirtualWorld;
  /** Three nodes, on the ports 9092 to 9094. */
  readonly broker: Broker;
  readonly proxy: KafkaFaultProxy;
  readonly logged: readonly LogLine[];
  connect(port?: number): Promise<WireClient>;
}

function inRig(
  live: (rig: Rig) => Promise<void>,
  options: Partial<KafkaFaultProxyOptions> = {},
): Promise<void> {
  return runVirtual({ seed: 1, startMs: Date.UTC(2026, 0, 1) }, async (world) => {
    const { network, clock, random, outcome } = world;
    const ports = [9092, 9093, 9094];
    const broker = createBroker({ network, clock, random, ports, defaultPartitions: 3 });
    await broker.start();
    const logged: LogLine[] = [];
    const proxy = createKafkaFaultProxy({
      network,
      clock,
      log: keepingLog(logged),
      upstream: { host: HOST, port: 9092 },
      listen: { host: HOST, port: PORT },
      ...options,
    });
    await proxy.start();
    const opened: WireClient[] = [];
    try {
      await live({
        world,
        broker,
        proxy,
        logged,
        async connect(port = PORT) {
          const wire = await outcome(connectWire(`${HOST}:${port}`, { network }));
          opened.push(wire);
          return wire;
        },
      });
    } finally {
      for (const wire of opened) wire.close();
      await outcome(Promise.all([proxy.stop(), broker.stop()]));
    }
    await world.settled();
    expect(clock.pendingCount).toBe(0);
  });
}

/** Brokers as a client is told of them, and who leads the partitions of a topic. */
async function view({ world }: Rig, wire: WireClient, topic = "t") {
  const answer = await world.outcome(wire.call(APIS.Metadata, 8, metadataRequest([topic])));
  return {
    brokers: answer.brokers.map(({ nodeId, host, port }) => `${nodeId} ${host}:${port}`),
    leaders: (answer.topics[0]?.partitions ?? []).map(
      ({ leaderId, errorCode }): readonly [leader: number, errorCode: number] => [leaderId, errorCode],
    ),
    controllerId: answer.controllerId,
  };
}

describe("the brokers of a cluster", () => {
  test("have listeners in the order of their numbers, and clients hear of no other address", () =>
    inRig(async (rig) => {
      const wire = await rig.connect();
      const { brokers, leaders } = await view(rig, wire);
      expect(brokers).toEqual(["1 127.0.0.1:19092", "2 127.0.0.1:19093", "3 127.0.0.1:19094"]);
      expect(rig.proxy.nodes.map(({ nodeId }) => nodeId)).toEqual([1, 2, 3]);
      const { LEADER_NOT_AVAILABLE, NONE } = KAFKA_ERRORS;
      expect(leaders.map(([, errorCode]) => errorCode)).not.toContain(LEADER_NOT_AVAILABLE);
      // Each listener leads to its own broker, which takes records only for what it leads.
      for (const [index, [leaderId]] of leaders.entries()) {
        const leader = await rig.connect(PORT - 1 + leaderId);
        const [written] = await rig.world.outcome(produce(leader, "t", ["v"], [index]));
        expect(written?.errorCode).toBe(NONE);
      }
    }));

  test("are told by whoever coordinates a group too, also when that is asked first", () =>
    inRig(async ({ world, connect, broker, proxy }) => {
      const wire = await connect();
      const [only] = broker.nodes;
      for (const key of ["g1", "g2", "g3", "g4", "g5", "g6"]) {
        const found = await world.outcome(wire.call(APIS.FindCoordinator, 2, { key, keyType: 0 }));
        expect(found.port).toBeWithin(PORT, PORT + 3);
      }
      expect(only?.port).toBe(9092);
      expect(proxy.nodes.length).toBeGreaterThan(0);
    }));

  test("behind any of them: the given address stays that of its own broker", () =>
    inRig(
      async (rig) => {
        const { brokers } = await view(rig, await rig.connect());
        expect(brokers).toEqual(["1 127.0.0.1:19093", "2 127.0.0.1:19092", "3 127.0.0.1:19094"]);
      },
      { upstream: { host: HOST, port: 9093 } },
    ));

  test("are told by another name, if clients need one", () =>
    inRig(
      async (rig) => {
        const { brokers } = await view(rig, await rig.connect());
        expect(brokers).toEqual(["1 chaos:19092", "2 chaos:19093", "3 chaos:19094"]);
        expect(rig.proxy.bootstrap).toBe("chaos:19092");
      },
      { advertisedHost: "chaos" },
    ));

  test("that are down here look as crashed ones do, until they are up again", () =>
    inRig(async (rig) => {
      const wire = await rig.connect();
      const before = await view(rig, wire);
      await rig.world.outcome(rig.proxy.down(2));
      await expect(rig.connect(PORT + 1)).rejects.toThrow("ECONNREFUSED");
      const during = await view(rig, wire);
      expect(during.brokers).toEqual(["1 127.0.0.1:19092", "3 127.0.0.1:19094"]);
      const { LEADER_NOT_AVAILABLE } = KAFKA_ERRORS;
      expect(during.leaders).toEqual(
        before.leaders.map(([leaderId, code]) =>
          leaderId === 2 ? [-1, LEADER_NOT_AVAILABLE] : [leaderId, code],
        ),
      );
      const coordinators: number[] = [];
      for (const key of ["g1", "g2", "g3", "g4", "g5", "g6"]) {
        const found = await rig.world.outcome(wire.call(APIS.FindCoordinator, 2, { key, keyType: 0 }));
        coordinators.push(found.errorCode === KAFKA_ERRORS.NONE ? found.nodeId : -found.errorCode);
      }
      expect(coordinators).not.toContain(2);
      expect(coordinators).toContain(-KAFKA_ERRORS.COORDINATOR_NOT_AVAILABLE);
      await rig.world.outcome(rig.proxy.up(2));
      // The controller is the first node, as long as it is up.
      expect(before.controllerId).toBe(1);
      const second = await rig.connect(PORT + 1);
      await rig.world.outcome(rig.proxy.down(1));
      expect((await view(rig, second)).controllerId).toBe(2);
      await rig.world.outcome(rig.proxy.up(1));
      expect(await view(rig, second)).toEqual(before);
    }));

  test("may come later than the proxy", () =>
    inRig(async (rig) => {
      await rig.world.outcome(rig.broker.down());
      const early = await rig.connect();
      await rig.world.outcome(early.closed);
      await rig.world.outcome(rig.broker.up());
      expect((await view(rig, await rig.connect())).brokers).toHaveLength(3);
    }));

  test("suffer what is done to the link, also those that become known later", () =>
    inRig(async (rig) => {
      const rule = rig.proxy.add({ kind: "latency", latencyMs: 100, direction: "upstream" });
      const { clock, outcome } = rig.world;
      const { brokers } = await view(rig, await rig.connect());
      expect(brokers).toHaveLength(3);
      for (const port of [PORT, PORT + 1, PORT + 2]) {
        const wire = await rig.connect(port);
        const startMs = clock.monotonicMs();
        await outcome(wire.call(APIS.ApiVersions, 0, {}));
        expect(clock.monotonicMs() - startMs).toBe(100);
      }
      expect(rule.hits).toBe(4);
      rule.remove();
    }));
});

test("a request that is refused altogether is not sent on", () =>
  inRig(async ({ broker, proxy, world, connect }) => {
    const asked: (string | null)[] = [];
    broker.control("*", ({ api }) => {
      asked.push(api);
      return { kind: "pass" };
    });
    proxy.control("Produce", () => ({ kind: "error", error: "KAFKA_STORAGE_ERROR" }));
    const wire = await connect();
    const [partition] = await world.outcome(produce(wire, "t", ["v"]));
    expect(partition?.errorCode).toBe(KAFKA_ERRORS.KAFKA_STORAGE_ERROR);
    expect(asked).toEqual([]);
  }));

test("a proxy whose port is taken can be started when it is free", () =>
  inRig(async ({ world, proxy, broker, connect }) => {
    await world.outcome(proxy.stop());
    const other = await world.network.listen(HOST, PORT, () => {});
    await expect(world.outcome(proxy.start())).rejects.toThrow(`cannot listen on ${HOST}:${PORT}`);
    await world.outcome(other.close());
    await world.outcome(proxy.start());
    const wire = await connect();
    expect((await world.outcome(wire.call(APIS.ApiVersions, 0, {}))).errorCode).toBe(KAFKA_ERRORS.NONE);
    expect(broker.nodes.length).toBe(3);
  }));

describe("a group whose members are to lose their sessions", () => {
  test("has none: nothing happens", () =>
    inRig(async ({ proxy, world }) => {
      expect(await world.outcome(Promise.resolve(proxy.expireMembers("nobody")))).toBe(0);
    }));

  test("cannot be asked for while Kafka is away, or silent", () =>
    inRig(async ({ proxy, world, broker }) => {
      const expiry = () => world.outcome(Promise.resolve(proxy.expireMembers("g")));
      const silence = broker.control("FindCoordinator", () => ({ kind: "hang" }));
      await expect(expiry()).rejects.toThrow("the connection to the broker at 127.0.0.1:9092 is lost");
      silence.remove();
      broker.control("FindCoordinator", () => ({ kind: "error", error: "COORDINATOR_NOT_AVAILABLE" }), {
        times: 1,
      });
      await expect(expiry()).rejects.toThrow(
        "group g has no coordinator: Kafka answered COORDINATOR_NOT_AVAILABLE",
      );
      await world.outcome(broker.down());
      await expect(expiry()).rejects.toThrow("is lost");
    }));
});

describe("fetch sessions", () => {
  const request = {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1_000,
    isolationLevel: 0,
    topics: [{ name: "t", partitions: [] }],
    forgottenTopics: [],
    rackId: "",
  };

  test("are not made, and one that was made elsewhere is not known", () =>
    inRig(async ({ world, connect, broker }) => {
      expect(sessionless({ ...request, sessionId: 0, sessionEpoch: 0 })).toMatchObject({ sessionEpoch: -1 });
      const asked: number[] = [];
      broker.control("Fetch", ({ apiVersion }) => {
        asked.push(apiVersion);
        return { kind: "pass" };
      });
      const wire = await connect();
      const fresh = await world.outcome(
        wire.call(APIS.Fetch, 11, { ...request, sessionId: 0, sessionEpoch: 0 }),
      );
      expect([fresh.errorCode, fresh.sessionId]).toEqual([KAFKA_ERRORS.NONE, 0]);
      const strange = await world.outcome(
        wire.call(APIS.Fetch, 11, { ...request, sessionId: 7, sessionEpoch: 3 }),
      );
      expect(strange.errorCode).toBe(KAFKA_ERRORS.FETCH_SESSION_ID_NOT_FOUND);
      expect(asked).toEqual([11]);
    }));
});

describe("records that nobody waits for (acks 0)", () => {
  test("go on without those that a rule refuses, and what is asked behind them is answered", () =>
    inRig(async (rig) => {
      const { broker, proxy, world, connect } = rig;
      broker.createTopic("kept", { partitions: 1 });
      broker.createTopic("lost", { partitions: 1 });
      for (const topic of ["kept", "lost"]) broker.moveLeader(topic, 0, 1);
      const rule = proxy.control("Produce", () => ({ kind: "error", error: "KAFKA_STORAGE_ERROR" }), {
        topic: "lost",
      });
      const wire = await connect();
      const records = [encodeBatch([{ timestampMs: 1, key: null, value: Buffer.from("v") }])];
      const send = (...names: readonly string[]) => {
        const topics = names.map((name) => ({ name, partitions: [{ index: 0, records }] }));
        const body = { transactionalId: null, acks: 0, timeoutMs: 1_000, topics };
        wire.send(encodeRequest(APIS.Produce, 8, { correlationId: 99, clientId: "wire" }, body));
      };
      send("kept", "lost");
      send("lost");
      send("kept");
      expect((await world.outcome(wire.call(APIS.ApiVersions, 0, {}))).errorCode).toBe(KAFKA_ERRORS.NONE);
      await world.settled();
      expect([broker.endOffsets("kept"), broker.endOffsets("lost"), rule.hits]).toEqual([[2], [0], 2]);
    }));
});

describe("bytes that are not a request", () => {
  const cases: Readonly<Record<string, string>> = {
    "a frame of 2 GiB": "7fffffff",
    "a negative length": "fffffffe",
    "a version that is not read here": "0000000a0003006300000001ffff",
    "a header that ends too early": "000000020003",
    "a body that ends too early": "0000000c0003000800000001ffff0000",
    "a text protocol": Buffer.from("GET / HTTP/1.1\r\n\r\n").toString("hex"),
    "a request of a group of the new protocol": "0000000a0044000000000001ffff",
    "a description of the cluster in a version from the future": "0000000b003c006300000001ffff00",
  };
  test.each(Object.entries(cases))("end the connection, and only that: %s", (_, hex) =>
    inRig(async ({ connect, world, logged }) => {
      const [good, bad] = [await connect(), await connect()];
      bad.send(Buffer.from(hex, "hex"));
      await world.outcome(bad.closed);
      expect((await world.outcome(good.call(APIS.ApiVersions, 2, {}))).errorCode).toBe(0);
      expect(logged.filter(({ level }) => level === "warn").map(({ msg }) => msg)).toEqual([
        "connection closed after a bad request",
      ]);
    }),
  );
});
