// What we ask Kafka besides records: which topics exist, where their partitions start and end, what a group has
// committed. One connection, opened when first needed and replaced after a failure; every question has a
// deadline, so a frozen broker holds nobody up.

import type { Admin } from "kafkajs";
import { DashstreamError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { endsWithin, withDeadline } from "./deadline.ts";
import { isTopicMissing } from "./infrastructure-errors.ts";
import { createKafkaClient, type KafkaClient, type KafkaClientOptions } from "./kafka-client.ts";

export interface PartitionRange {
  readonly partition: number;
  /** Offset of the oldest record that Kafka still has. */
  readonly logStartOffset: number;
  /** Offset after the newest record. */
  readonly logEndOffset: number;
}

/** All methods reject with `kafka_topic_missing`, `kafka_unreachable` (no answer in time) or `kafka_request_failed`. */
export interface KafkaAdmin {
  /** Where each partition of a topic starts and ends now. */
  ranges(topic: string, timeoutMs?: number): Promise<readonly PartitionRange[]>;
  /** The committed offset by partition; a partition without one is absent. */
  committed(groupId: string, topic: string): Promise<ReadonlyMap<number, number>>;
  /** Number of partitions of a topic. Never creates it. */
  partitionCount(topic: string, timeoutMs?: number): Promise<number>;
  close(): Promise<void>;
}

/** Milliseconds that closing may take before the sockets are cut. */
const CLOSE_TIMEOUT_MS = 1_000;

interface Connection {
  readonly client: KafkaClient;
  readonly admin: Admin;
  readonly ready: Promise<void>;
}

export type KafkaAdminOptions = Omit<KafkaClientOptions, "retries">;

/** @throws DashstreamError `config_invalid` on the first question if the settings contradict each other */
export function createKafkaAdmin(options: KafkaAdminOptions): KafkaAdmin {
  const { clock, settings } = options;
  let current: Connection | null = null;

  function connection(): Connection {
    if (current) return current;
    const client = createKafkaClient({ ...options, retries: 0 });
    const admin = client.kafka.admin({ retry: { retries: 2 } });
    const opened: Connection = { client, admin, ready: admin.connect() };
    current = opened;
    return opened;
  }

  async function ask<T>(what: string, timeoutMs: number, question: (admin: Admin) => Promise<T>): Promise<T> {
    const used = connection();
    try {
      const answer = used.ready.then(() => question(used.admin));
      return await withDeadline(clock, timeoutMs, what, answer);
    } catch (cause) {
      const error = asDashstreamError(what, cause);
      // Kafka answered, so the connection is good; other questions may be waiting on it.
      if (error.code === "kafka_topic_missing") throw error;
      if (current === used) current = null;
      void disconnect(clock, used);
      throw error;
    }
  }

  return {
    ranges: (topic, timeoutMs = settings.metadataTimeoutMs) =>
      ask(`offsets of topic ${topic}`, timeoutMs, async (admin) => {
        const offsets = await admin.fetchTopicOffsets(topic);
        return offsets.map(({ partition, low, high }) => ({
          partition,
          logStartOffset: Number(low),
          logEndOffset: Number(high),
        }));
      }),
    committed: (groupId, topic) =>
      ask(`committed offsets of group ${groupId}`, settings.metadataTimeoutMs, async (admin) => {
        const groups = await admin.fetchOffsets({ groupId, topics: [topic] });
        const partitions = groups.flatMap((entry) => entry.partitions);
        const known = partitions.filter(({ offset }) => Number(offset) >= 0);
        return new Map(known.map(({ partition, offset }) => [partition, Number(offset)]));
      }),
    partitionCount: (topic, timeoutMs = settings.metadataTimeoutMs) =>
      ask(`partitions of topic ${topic}`, timeoutMs, async (admin) => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        return topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
      }),
    async close() {
      const open = current;
      current = null;
      if (open) await disconnect(clock, open);
    },
  };
}

async function disconnect(clock: Clock, { client, admin }: Connection): Promise<void> {
  await endsWithin(clock, CLOSE_TIMEOUT_MS, admin.disconnect());
  client.destroy();
}

function asDashstreamError(what: string, cause: unknown): DashstreamError {
  if (cause instanceof DashstreamError) return cause;
  const code = isTopicMissing(cause) ? "kafka_topic_missing" : "kafka_request_failed";
  return new DashstreamError(code, `${what}: the request failed`, { cause });
}
