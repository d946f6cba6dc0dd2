// What serves sessions that are behind the ring: the tiers that are configured, and the page source over them.

import type { Config } from "../../config/options.ts";
import { createRangeReader, type RangeReader } from "../../stream/range-reader.ts";
import type { Seams } from "../../stream/seams.ts";
import { type FloodGuard, floodGuard } from "../../telemetry/flood.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { kafkaSettings } from "../kafka-config.ts";
import { withoutWithheld } from "../replica/withheld-tier.ts";
import { BytePace } from "./byte-pace.ts";
import { createKafkaTier, type KafkaTier } from "./kafka-tier.ts";
import { createPageSource, type PageSource } from "./page-source.ts";
import type { ReplayTier } from "./tier.ts";
import { WithheldOffsets } from "./withheld-offsets.ts";

export interface ReplaySourceOptions extends Seams {
  readonly config: Config;
  readonly metrics: Metrics;
  /** `null`: not configured. Whoever made it closes it. */
  readonly redis: ReplayTier | null;
}

export interface ReplaySource {
  readonly pages: PageSource;
  /** For the pipeline to fill in. */
  readonly withheld: WithheldOffsets;
  /** Nothing is read or answered afterwards. */
  close(): Promise<void>;
}

/** Reads of Redis at once. */
const REDIS_READS = 8;

export function createReplaySource(options: ReplaySourceOptions): ReplaySource {
  const { config, clock, log, redis } = options;
  const errors = floodGuard(log, clock);
  const withheld = new WithheldOffsets();
  // Where it is written by one server for all, it has what others delivered.
  const perReplica = config.kafkaGroupMode === "per-replica";
  const reader = config.replayKafkaEnabled ? createReader(options) : null;
  const kafka = reader === null ? null : createTier(options, { reader, withheld, errors });
  const pages = createPageSource({
    ...options,
    tiers: [
      ...(redis
        ? [{ tier: perReplica ? withoutWithheld(redis, withheld) : redis, maxReads: REDIS_READS }]
        : []),
      ...(kafka ? [{ tier: kafka, maxReads: config.replayKafkaMaxConcurrentReads }] : []),
    ],
    cacheBytes: config.replayCacheBytes,
    errors,
  });
  return {
    pages,
    withheld,
    async close() {
      pages.close();
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
