// A small stage in virtual time: the embedded broker and Redis, each behind a proxy, and components and a discovery that
// only write down what is asked of them. No server: what a fault does is seen by those who speak the protocols. What breaks
// are broker and Redis themselves and a TCP proxy before each, or protocol-aware proxies, to which they are the real ones.

import { type Broker, createBroker } from "../../../sim/broker/broker.ts";
import type { RunningFault } from "../../../sim/faults/fault.ts";
import { parseFaultParams } from "../../../sim/faults/faults.ts";
import type { KafkaNames, LinkName, Stage } from "../../../sim/faults/stage.ts";
import { createKafkaFaultProxy } from "../../../sim/proxy/kafka/kafka-proxy.ts";
import { createFaultProxy, type FaultProxy } from "../../../sim/proxy/proxy.ts";
import { createRedisFaultProxy } from "../../../sim/proxy/redis/redis-proxy.ts";
import type { LinkControl } from "../../../sim/proxy/toxic.ts";
import { createRedisServer, type RedisServer } from "../../../sim/redis/server.ts";
import { runVirtual, type VirtualWorld } from "../../../sim/verify/virtual-world.ts";
import { createRedisClient, type RedisClient } from "../../../src/stream/redis-client.ts";
import { keepingLog, type LogLine } from "../../support/keeping-log.ts";
import { connectWire, type WireClient } from "../broker/wire-client.ts";

export const NAMES: KafkaNames = {
  topic: "telemetry",
  dlqTopic: "telemetry-dlq",
  libraryDlqTopic: "library-dlq",
  serverGroup: "server",
};

export interface StageRig {
  readonly stage: Stage;
  readonly world: VirtualWorld;
  readonly broker: Broker;
  readonly redis: RedisServer;
  /** What was asked of components and discovery, in order. */
  readonly asked: string[];
  /** Lines of the stage's log. */
  readonly logged: readonly LogLine[];
  /** Makes starting a component fail with this. */
  failStartsWith(error: Error | null): void;
  /** Applies a fault by its name; time does not move. */
  apply(name: string, params?: Readonly<Record<string, unknown>>): Promise<RunningFault>;
  clear(running: RunningFault): Promise<void>;
  /** Connects to the broker, through its proxy. */
  wire(): Promise<WireClient>;
  /** A client of Redis, through its proxy; connected. */
  redisClient(): Promise<RedisClient>;
  /** What a promise comes to, `"failed"` if it rejects, and how long that took. */
  timed<T>(promise: Promise<T>): Promise<{ readonly result: T | "failed"; readonly tookMs: number }>;
}

const HERE = { host: "127.0.0.1", port: 0 };

/** What breaks on a stage. */
export const FRONTS = ["the embedded servers", "proxies before them"] as const;
export type Front = (typeof FRONTS)[number];

interface OpenFront extends Pick<Stage, "broker" | "redis" | "links"> {
  /** Where clients find Kafka. */
  readonly bootstrap: string;
  /** Where clients find Redis. */
  readonly redisAddress: { readonly host: string; readonly port: number };
  stop(): Promise<unknown>;
}

type OpenServers = (world: VirtualWorld) => Promise<{
  readonly broker: Broker;
  readonly redis: RedisServer;
  readonly front: OpenFront;
}>;

const openServers: Readonly<Record<Front, OpenServers>> = {
  async "the embedded servers"({ network, clock, random }) {
    const broker = createBroker({ network, clock, random, advertised: () => kafkaProxy });
    const redis = createRedisServer({ network, clock });
    await Promise.all([broker.start(), redis.start()]);
    const [node] = broker.nodes;
    if (!node) throw new Error("a broker has a node");
    const kafkaProxy: FaultProxy = createFaultProxy({ network, clock, listen: HERE, upstream: node });
    const redisProxy = createFaultProxy({ network, clock, listen: HERE, upstream: redis });
    await Promise.all([kafkaProxy.start(), redisProxy.start()]);
    const links = new Map([
      ["kafka", kafkaProxy],
      ["redis", redisProxy],
    ] as const);
    const bootstrap = `${kafkaProxy.host}:${kafkaProxy.port}`;
    const stop = () => Promise.all([kafkaProxy.stop(), redisProxy.stop()]);
    return { broker, redis, front: { broker, redis, links, bootstrap, redisAddress: redisProxy, stop } };
  },
  async "proxies before them"({ network, clock, random }) {
    const broker = createBroker({ network, clock, random });
    const redis = createRedisServer({ network, clock });
    await Promise.all([broker.start(), redis.start()]);
    const [node] = broker.nodes;
    if (!node) throw new Error("a broker has a node");
    const kafkaProxy = createKafkaFaultProxy({ network, clock, listen: HERE, upstream: node });
    const redisProxy = createRedisFaultProxy({ network, clock, listen: HERE, upstream: redis });
    await Promise.all([kafkaProxy.start(), redisProxy.start()]);
    const links = new Map<LinkName, LinkControl>([
      ["kafka", kafkaProxy],
      ["redis", redisProxy],
    ]);
    const { bootstrap } = kafkaProxy;
    const stop = () => Promise.all([kafkaProxy.stop(), redisProxy.stop()]);
    return {
      broker,
      redis,
      front: { broker: kafkaProxy, redis: redisProxy, links, bootstrap, redisAddress: redisProxy, stop },
    };
  },
};

/** Plays `live` on a stage of its own. */
export function onStage(
  live: (rig: StageRig) => Promise<void>,
  what: Front = "the embedded servers",
): Promise<void> {
  return runVirtual({ seed: 1, startMs: Date.UTC(2026, 0, 1) }, async (world) => {
    const { network, clock, random, outcome } = world;
    const { broker, redis, front } = await openServers[what](world);
    broker.createTopic(NAMES.topic, { partitions: 2 });
    for (const topic of [NAMES.dlqTopic, NAMES.libraryDlqTopic]) broker.createTopic(topic);

    const asked: string[] = [];
    const logged: LogLine[] = [];
    const log = keepingLog(logged);
    const closing: (() => void)[] = [];
    let startError: Error | null = null;
    const note = (what: string) => async (name: string) => void asked.push(`${what} ${name}`);
    const stage: Stage = {
      clock,
      random,
      log,
      kafka: NAMES,
      traffic: null,
      broker: front.broker,
      redis: front.redis,
      links: front.links,
      clients: null,
      components: {
        kill: note("kill"),
        stop: note("stop"),
        async start(name) {
          if (startError) throw startError;
          asked.push(`start ${name}`);
        },
      },
      discovery: {
        withdraw: (name) => void asked.push(`withdraw ${name}`),
        restore: (name) => asked.push(`restore ${name}`) > 0,
      },
    };
    try {
      await live({
        stage,
        world,
        broker,
        redis,
        asked,
        logged,
        failStartsWith(error) {
          startError = error;
        },
        apply(name, params = {}) {
          const checked = parseFaultParams(name, params);
          return outcome(checked.fault.apply(stage, checked.params));
        },
        clear: (running) => outcome(running.clear()),
        async wire() {
          const wire = await outcome(connectWire(front.bootstrap, { network }));
          closing.push(() => wire.close());
          return wire;
        },
        async redisClient() {
          const client = createRedisClient({
            settings: front.redisAddress,
            network,
            clock,
            random,
            onConnectionError: () => {},
          });
          closing.push(() => client.close());
          if (!(await clock.runUntil(() => client.connected, 10_000))) throw new Error("no Redis");
          return client;
        },
        async timed(promise) {
          const startMs = clock.monotonicMs();
          const result = await outcome(promise.catch(() => "failed" as const));
          return { result, tookMs: clock.monotonicMs() - startMs };
        },
      });
    } finally {
      for (const close of closing) close();
      await outcome(Promise.all([front.stop(), broker.stop(), redis.stop()]));
    }
    await world.settled();
    if (clock.pendingCount > 0) throw new Error(`${clock.pendingCount} timers are left`);
  });
}
