// What serves sessions that are behind the ring: the tiers that are configured, and the page source over them; and what
// the pipeline tells them.

import type { Config } from "../../config/options.ts";
import { createRangeReader, type RangeReader } from "../../stream/range-reader.ts";
import type { Seams } from "../../stream/seams.ts";
import { type FloodGuard, floodGuard } from "../../telemetry/flood.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { kafkaSettings } from "../kafka-config.ts";
import { withoutWithheld } from "../replica/withheld-tier.ts";
import type { ThreadRecord } from "../sessions/thread-search.ts";
import { BytePace } from "./byte-pace.ts";
import { createKafkaTier, type KafkaTier } from "./kafka-tier.ts";
import { createPageSource, type PageSource } from "./page-source.ts";
import { createRedisReplay, type RedisReplay } from "./redis-replay.ts";
import { WithheldOffsets } from "./withheld-offsets.ts";

export interface ReplaySourceOptions extends Seams {
  readonly config: Config;
  readonly metrics: Metrics;
  /** Default: as configured. */
  readonly redis?: RedisReplay | null;
}

export interface ReplaySource {
  readonly pages: PageSource;
  /** For the pipeline to fill in. */
  readonly withheld: WithheldOffsets;
  /** `null`: not configured. */
  readonly redis: RedisReplay | null;
  /** The first record of a thread beyond a number that Redis knows of; `null` if it knows none, or cannot say. */
  firstAfter(threadId: string, sequence: number): Promise<ThreadRecord | null>;
  /** Empties what can be emptied, for everybody; whether that went well. */
  clear(partitions: Iterable<number>): Promise<boolean>;
  /** Nothing is read or answered afterwards. */
  close(): Promise<void>;
}

/** Reads of Redis at once. */
const REDIS_READS = 8;

export function createReplaySource(options: ReplaySourceOptions): ReplaySource {
  const { config, clock, log } = options;
  const errors = floodGuard(log, clock);
  const redis = options.redis === undefined ? createRedisReplay({ ...options, errors }) : options.redis;
  const withheld = new WithheldOffsets();
  // Where it is written by one server for all, it has what others delivered.
  const perReplica = config.kafkaGroupMode === "per-replica";
  const reader = config.replayKafkaEnabled ? createReader(options) : null;
  const kafka = reader === null ? null : createTier(options, { reader, withheld, errors });
  const pages = createPageSource({
    ...options,
    tiers: [
      ...(redis
        ? [{ tier: perReplica ? withoutWithheld(redis.tier, withheld) : redis.tier, maxReads: REDIS_READS }]
        : []),
      ...(kafka ? [{ tier: kafka, maxReads: config.replayKafkaMaxConcurrentReads }] : []),
    ],
    cacheBytes: config.replayCacheBytes,
    errors,
  });
  return {
    pages,
    withheld,
    redis,
    async firstAfter(threadId, sequence) {
      const found = (await redis?.firstAfter(threadId, sequence)) ?? null;
      return found === "unavailable" ? null : found;
    },
    async clear(partitions) {
      const cleared = await redis?.clear();
      for (const partition of partitions) pages.forget(partition);
      return cleared?.complete ?? true;
    },
    async close() {
      pages.close();
      await redis?.close();
      if (kafka !== null) kafka.close();
      await reader?.close();
      errors.flush();
    },
  };
}

/** Under a client id of its own, so that a quota of Kafka for replay does not slow down the stream. */
function createReader({ config, ...seams }: ReplaySourceOptions): RangeReader {
  const settings = kafkaSettings(config);
  return createRangeReader({ ...seams, settings: { ...settings, clientId: `${settings.clientId}-replay` } });
}

function createTier(
  { config, clock, metrics }: ReplaySourceOptions,
  parts: {
    readonly reader: RangeReader;
    readonly withheld: WithheldOffsets;
    readonly errors: FloodGuard;
  },
): KafkaTier {
  return createKafkaTier({
    ...parts,
    topic: config.kafkaTopic,
    inspector: {
      maxPayloadBytes: config.websocketMaxPayloadBytes,
      schemaPolicy: config.schemaCompatibility,
    },
    pace: new BytePace(config.replayKafkaMaxBytesPerSec, clock),
    clock,
    failures: metrics.counter("replay_buffer_kafka_failures_total"),
  });
}
