// Replay in Redis with everything it says kept; Kafka is played by the test.

import { loadConfig } from "../../../src/config/load.ts";
import { type Clock, systemClock } from "../../../src/runtime/clock.ts";
import { type Network, systemNetwork } from "../../../src/runtime/network.ts";
import { type Random, seededRandom } from "../../../src/runtime/random.ts";
import type { ReplayBatch, WrittenRecord } from "../../../src/server/replay/redis-records.ts";
import { createRedisReplay, type RedisReplay } from "../../../src/server/replay/redis-replay.ts";
import { CATALOGUE } from "../../../src/telemetry/catalogue.ts";
import { floodGuard } from "../../../src/telemetry/flood.ts";
import { createMetrics } from "../../../src/telemetry/registry.ts";
import { keepingLog, type LogLine } from "../../support/keeping-log.ts";

/** The prefix of the rig's keys: topic, group and brokers of the rig in base64url. */
export const PREFIX = "dashstream-replay:v1_dG9waWM9dDtncm91cD1nO2Jyb2tlcnM9MTI3LjAuMC4xOjkwOTI";

export interface RigSetup {
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly network?: Network;
  readonly random?: Random;
}

export interface RedisRig extends RedisReplay {
  /** What Kafka has, by `partition:offset`; `null` stands for a Kafka that fails. */
  readonly kafka: Map<string, string | null>;
  readonly lines: LogLine[];
  /** Partitions and offsets that Kafka was asked for. */
  readonly asked: string[];
  count(name: string): number;
  latencies(operation: "read" | "write"): number;
}

export function redisRig({
  port,
  env = {},
  clock = systemClock,
  network = systemNetwork,
  random,
}: RigSetup): RedisRig {
  const { config } = loadConfig({
    env: {
      KAFKA_BROKERS: "127.0.0.1:9092",
      KAFKA_TOPIC: "t",
      KAFKA_GROUP_ID: "g",
      REDIS_URL: `redis://127.0.0.1:${port}`,
      ...env,
    },
    flags: {},
    readFile: () => "",
  });
  const lines: LogLine[] = [];
  const log = keepingLog(lines);
  const kafka = new Map<string, string | null>();
  const asked: string[] = [];
  const metrics = createMetrics({
    catalogue: CATALOGUE,
    component: "websocket-server",
    with: { redis: true },
  });
  const replay = createRedisReplay({
    config,
    clock,
    network,
    random: random ?? seededRandom(1),
    log,
    errors: floodGuard(log, clock),
    metrics,
    readFromKafka(partition, offset) {
      const name = `${partition}:${offset}`;
      asked.push(name);
      const value = kafka.get(name);
      if (value === null) return Promise.reject(new Error("Kafka is down"));
      return Promise.resolve(value === undefined ? null : Buffer.from(value));
    },
  });
  if (replay === null) throw new Error("the rig has a Redis");
  return Object.assign(replay, {
    kafka,
    lines,
    asked,
    count: (name: string) => metrics.counter(name).value,
    latencies: (operation: string) =>
      metrics.histogram("dashstream_websocket_redis_latency_ms", { operation }).count,
  });
}

export const valueAt = (offset: number) => `value ${offset}`;

/** A record with one thread; its sequence number is its offset. */
export function record(offset: number, threadId = "t1", value = valueAt(offset)): WrittenRecord {
  return { offset, value: Buffer.from(value), threads: [{ threadId, sequence: offset }] };
}

/** A batch of partition 0 in which every offset is a record, but the `holes`. */
export function batch(fromOffset: number, nextOffset: number, holes: readonly number[] = []): ReplayBatch {
  const offsets = Array.from({ length: nextOffset - fromOffset }, (_, i) => fromOffset + i);
  const records = offsets.filter((offset) => !holes.includes(offset)).map((offset) => record(offset));
  return { partition: 0, fromOffset, nextOffset, records };
}
