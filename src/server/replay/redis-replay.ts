// Replay from Redis, put together from the configuration: what was delivered is written there, and sessions that are
// behind the memory get it back. Without REDIS_URL there is none of it.

import type { Config } from "../../config/options.ts";
import { createRangeReader, type RangeReader } from "../../stream/range-reader.ts";
import type { RedisSettings } from "../../stream/redis-settings.ts";
import type { Seams } from "../../stream/seams.ts";
import type { FloodGuard } from "../../telemetry/flood.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { Inspector } from "../../wire/inspector.ts";
import { kafkaSettings } from "../kafka-config.ts";
import { resumeNamespace } from "../resume-namespace.ts";
import { kafkaRecordReader } from "./kafka-record.ts";
import { type Cleared, deleteMatching } from "./redis-clear.ts";
import { replayPrefix } from "./redis-keys.ts";
import { RedisLink } from "./redis-link.ts";
import { type ReadFromKafka, RedisPartitions } from "./redis-partitions.ts";
import type { ReplayBatch } from "./redis-records.ts";
import type { ThreadEntry } from "./redis-threads.ts";
import { RedisTier } from "./redis-tier.ts";
import { RedisWriter } from "./redis-writer.ts";
import type { ReplayTier } from "./tier.ts";

/** What the stream tells the replay. */
export interface ReplaySink {
  /**
   * Records were delivered. A promise only if the caller has to wait for it before it goes on with this partition, and
   * before the values change; it never rejects.
   */
  write(batch: ReplayBatch): Promise<void> | null;
  /** This process reads the partition from now on. */
  verify(partition: number): Promise<void>;
  /** The topic was made anew. */
  forget(partition: number): Promise<void>;
}

/** What `/health` says of it. */
export interface RedisReplayHealth {
  readonly hits: number;
  readonly misses: number;
  readonly writeDropped: number;
  readonly writeFailures: number;
  readonly ttlSeconds: number;
  readonly maxSequences: number;
}

export interface RedisReplay extends ReplaySink {
  readonly tier: ReplayTier;
  readonly connected: boolean;
  health(): RedisReplayHealth;
  /** Where a thread goes on after a sequence number, as far as its index knows. Never rejects. */
  firstAfter(threadId: string, sequence: number): Promise<ThreadEntry | null | "unavailable">;
  /** Deletes the replay of this stream, for all of its servers. Says how far it came; never rejects. */
  clear(): Promise<Cleared>;
  /** Whether all writes have ended within `timeoutMs`. */
  drain(timeoutMs: number): Promise<boolean>;
  close(): Promise<void>;
}

export interface RedisReplayOptions extends Seams {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly errors: FloodGuard;
  /** Default: asks the Kafka of the configuration. */
  readonly readFromKafka?: ReadFromKafka;
}

/** Before everything is deleted, writes that are under way have so long to end. */
const CLEAR_DRAIN_MS = 500;

/** For a process in which somebody else writes what it delivers. */
export function readOnlyReplay(replay: ReplaySink | null): ReplaySink | null {
  if (replay === null) return null;
  return {
    write: () => null,
    verify: (partition) => replay.verify(partition),
    forget: (partition) => replay.forget(partition),
  };
}

/** Whether the configuration asks for it. */
export function replayUsesRedis(config: Config): boolean {
  return config.redisUrl !== null;
}

/** `null` without REDIS_URL. Begins to connect at once, and waits for nothing. */
export function createRedisReplay(options: RedisReplayOptions): RedisReplay | null {
  const { config, clock } = options;
  if (config.redisUrl === null) return null;
  const kafka = createRangeReader({ ...options, settings: kafkaSettings(config) });
  const { link, partitions, writer, tier, prefix } = connectParts(options, config.redisUrl, kafka);
  return {
    tier,
    get connected() {
      return link.connected;
    },
    write: (batch) => writer.write(batch),
    verify: (partition) => partitions.verify(partition),
    forget: (partition) => partitions.forget(partition),
    firstAfter: (threadId, sequence) => tier.firstAfter(threadId, sequence),
    health: () => ({
      hits: tier.hits.value,
      misses: tier.misses.value,
      writeDropped: writer.dropped.value,
      writeFailures: writer.failures.value,
      ttlSeconds: config.redisMessageTtlSecs,
      maxSequences: config.redisMaxSequences,
    }),
    async clear() {
      await writer.drain(CLEAR_DRAIN_MS);
      return await link.unbounded((redis) =>
        deleteMatching(redis, `${prefix}:*`, clock, config.redisClearTimeoutSecs * 1000),
      );
    },
    drain: (timeoutMs) => writer.drain(timeoutMs),
    async close() {
      partitions.close();
      link.close();
      await kafka.close();
    },
  };
}

function connectParts(options: RedisReplayOptions, settings: RedisSettings, kafka: RangeReader) {
  const { config } = options;
  const prefix = replayPrefix(
    resumeNamespace({
      topic: config.kafkaTopic,
      groupId: config.kafkaGroupId,
      brokers: config.kafkaBrokers,
      clusterId: config.kafkaClusterId,
    }),
  );
  const inspector = new Inspector({
    maxPayloadBytes: config.websocketMaxPayloadBytes,
    schemaPolicy: config.schemaCompatibility,
  });
  const link: RedisLink = new RedisLink({
    ...options,
    settings,
    onConnected() {
      writer.prepare();
      partitions.reconnected();
    },
  });
  const partitions: RedisPartitions = new RedisPartitions({
    ...options,
    link,
    prefix,
    readFromKafka: options.readFromKafka ?? kafkaRecordReader(kafka, config.kafkaTopic, inspector),
    clearTimeoutMs: config.redisClearTimeoutSecs * 1000,
  });
  const writer: RedisWriter = new RedisWriter({
    ...options,
    link,
    partitions,
    prefix,
    ttlSeconds: config.redisMessageTtlSecs,
    maxSequences: config.redisMaxSequences,
    trimEvery: config.redisZcardCheckCadence,
    maxWrites: config.redisMaxConcurrentWrites,
  });
  const tier = new RedisTier({ ...options, link, partitions, prefix });
  return { link, partitions, writer, tier, prefix };
}
