// Real clients through the proxy: they work as without it, stay on it, and get over what it does to them.

import { describe, expect, test } from "bun:test";
import { createBroker } from "../../../sim/broker/broker.ts";
import { createFaultProxy, type FaultProxy } from "../../../sim/proxy/proxy.ts";
import { createRedisServer } from "../../../sim/redis/server.ts";
import { runVirtual } from "../../../sim/verify/virtual-world.ts";
import { type Clock, systemClock } from "../../../src/runtime/clock.ts";
import { type Network, systemNetwork } from "../../../src/runtime/network.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { createKafkaClient } from "../../../src/stream/kafka-client.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../../src/stream/kafka-settings.ts";
import { createRedisClient } from "../../../src/stream/redis-client.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { eventually } from "../../support/eventually.ts";
import { describeReal } from "../../support/real-components.ts";
import { startRedis } from "../../support/redis/start-redis.ts";

const TOPIC = "telemetry";
const HERE = { host: "127.0.0.1", port: 0 };

interface Surroundings {
  readonly network: Network;
  readonly clock: Clock;
  outcome<T>(promise: Promise<T>): Promise<T>;
  until(condition: () => boolean): Promise<void>;
}

const onLoopback: Surroundings = {
  network: systemNetwork,
  clock: systemClock,
  outcome: (promise) => promise,
  until: eventually,
};

function inVirtualTime(live: (around: Surroundings) => Promise<void>): Promise<void> {
  return runVirtual({ seed: 1, startMs: Date.UTC(2026, 0, 1) }, (world) =>
    live({
      ...world,
      async until(condition) {
        if (!(await world.clock.runUntil(condition, 300_000))) throw new Error(`never: ${condition}`);
      },
    }),
  );
}

/** A producer and a group of one member get records across, also past a reset, and never past the proxy. */
async function kafkaThroughProxy({ network, clock, outcome, until }: Surroundings): Promise<void> {
  const broker = createBroker({ network, clock, random: seededRandom(1), advertised: () => proxy });
  await broker.start();
  const [node] = broker.nodes;
  if (!node) throw new Error("a broker has a node");
  const proxy: FaultProxy = createFaultProxy({ network, clock, listen: HERE, upstream: node });
  await proxy.start();
  broker.createTopic(TOPIC);
  const dialled = new Set<number>();
  const watched: Network = {
    ...network,
    dial(target, onConnect) {
      dialled.add(target.port);
      return network.dial(target, onConnect);
    },
  };
  const settings = { ...DEFAULT_KAFKA_SETTINGS, brokers: [`${proxy.host}:${proxy.port}`] };
  const client = createKafkaClient({ settings, network: watched, clock, log: silentLog, retries: 50 });
  const seen: string[] = [];
  const consumer = client.kafka.consumer({ groupId: "group", maxWaitTimeInMs: 200 });
  const producer = client.kafka.producer();
  const send = (value: string) => outcome(producer.send({ topic: TOPIC, messages: [{ value }] }));
  try {
    await outcome(producer.connect());
    await outcome(consumer.connect());
    await outcome(consumer.subscribe({ topic: TOPIC, fromBeginning: true }));
    await outcome(consumer.run({ eachMessage: async ({ message }) => void seen.push(`${message.value}`) }));
    await send("before");
    await until(() => seen.includes("before"));
    const cut = proxy.add({ kind: "reset" });
    await until(() => cut.hits >= 3);
    cut.remove();
    await send("after");
    await until(() => seen.includes("after"));
    expect([...dialled]).toEqual([proxy.port]);
  } finally {
    await outcome(consumer.disconnect());
    await outcome(producer.disconnect());
    client.destroy();
    await outcome(proxy.stop());
    await outcome(broker.stop());
  }
}

/** A client works, loses its server without hearing of it, and has a new connection once it is told. */
async function redisThroughProxy(
  { network, clock, outcome, until }: Surroundings,
  upstream: { readonly host: string; readonly port: number },
): Promise<void> {
  const proxy = createFaultProxy({ network, clock, listen: HERE, upstream });
  await proxy.start();
  const client = createRedisClient({
    settings: proxy,
    network,
    clock,
    random: seededRandom(1),
    onConnectionError: () => {},
  });
  try {
    await until(() => client.connected);
    expect(await outcome(client.commands.set("key", "value"))).toBe("OK");
    const rule = proxy.add({ kind: "half-open" });
    const lost = client.commands.get("key").then(String, () => "failed");
    await until(() => rule.hits >= 2);
    rule.remove();
    expect(await outcome(lost)).toBe("failed");
    await until(() => client.connected);
    expect(await outcome(client.commands.get("key"))).toBe("value");
  } finally {
    client.close();
    await outcome(proxy.stop());
  }
}

describe("kafkajs and the embedded broker through the proxy", () => {
  test("on loopback", () => kafkaThroughProxy(onLoopback), 60_000);
  test("in virtual time", () => inVirtualTime(kafkaThroughProxy), 60_000);
});

describe("ioredis and the embedded Redis through the proxy", () => {
  const embedded = async (around: Surroundings) => {
    const redis = createRedisServer(around);
    await redis.start();
    await redisThroughProxy(around, redis);
    await around.outcome(redis.stop());
  };
  test("on loopback", () => embedded(onLoopback), 60_000);
  test("in virtual time", () => inVirtualTime(embedded), 60_000);
});

describeReal("redis-server", "ioredis and a real Redis through the proxy", () => {
  test("on loopback", async () => {
    const redis = await startRedis();
    await redisThroughProxy(onLoopback, redis);
    await redis.stop();
  }, 60_000);
});
