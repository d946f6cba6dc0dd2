// A small stage in virtual time: the embedded broker and Redis, each behind a proxy, and components and a discovery that
// only write down what is asked of them. No server: what a fault does is seen by those who speak the protocols.

import { type Broker, createBroker } from "../../../sim/broker/broker.ts";
import type { RunningFault } from "../../../sim/faults/fault.ts";
import { parseFaultParams } from "../../../sim/faults/faults.ts";
import type { KafkaNames, Stage } from "../../../sim/faults/stage.ts";
import { createFaultProxy, type FaultProxy } from "../../../sim/proxy/proxy.ts";
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

/** Plays `live` on a stage of its own. */
export function onStage(live: (rig: StageRig) => Promise<void>): Promise<void> {
  return runVirtual({ seed: 1, startMs: Date.UTC(2026, 0, 1) }, async (world) => {
    const { network, clock, random, outcome } = world;
    const broker = createBroker({ network, clock, random, advertised: () => kafkaProxy });
    const redis = createRedisServer(world);
    await Promise.all([broker.start(), redis.start()]);
    const [node] = broker.nodes;
    if (!node) throw new Error("a broker has a node");
    const kafkaProxy: FaultProxy = createFaultProxy({ network, clock, listen: HERE, upstream: node });
    const redisProxy = createFaultProxy({ network, clock, listen: HERE, upstream: redis });
    await Promise.all([kafkaProxy.start(), redisProxy.start()]);
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
      broker,
      redis,
      links: new Map([
        ["kafka", kafkaProxy],
        ["redis", redisProxy],
      ]),
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
        restore: (name) => void asked.push(`restore ${name}`),
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
          const wire = await outcome(connectWire(`${kafkaProxy.host}:${kafkaProxy.port}`, { network }));
          closing.push(() => wire.close());
          return wire;
        },
        async redisClient() {
          const client = createRedisClient({
            settings: redisProxy,
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
      await outcome(Promise.all([kafkaProxy.stop(), redisProxy.stop(), broker.stop(), redis.stop()]));
    }
    await world.settled();
    if (clock.pendingCount > 0) throw new Error(`${clock.pendingCount} timers are left`);
  });
}
