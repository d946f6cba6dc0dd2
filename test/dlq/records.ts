// Records of dead-letter topics as their writers make them, and a Kafka in memory to read them from.

import type { KafkaMessage } from "kafkajs";
import type { DeadLetterView } from "../../src/dlq/letter.ts";
import { readLetter } from "../../src/dlq/read-letter.ts";
import type { RecordReader } from "../../src/dlq/read-letters.ts";
import { type HeaderList, kafkaHeaders, type StoredRecord } from "../../src/dlq/stored-record.ts";
import { DashstreamError } from "../../src/errors.ts";
import type { PartitionRange } from "../../src/stream/kafka-admin.ts";

export const DLQ = "telemetry-dlq";
export const SOURCE = "telemetry";
/** 2026-01-01T00:00:00Z. */
export const T0 = 1_767_225_600_000;

export type HeaderInit = Readonly<Record<string, string | Buffer | null>>;

/** A record of the dead-letter topic. */
export function dlqRecord(init: {
  readonly value?: string | Buffer | null;
  readonly key?: string | Buffer | null;
  readonly headers?: HeaderInit | HeaderList;
  readonly partition?: number;
  readonly offset?: number;
  readonly timestampMs?: number;
  readonly topic?: string;
}): StoredRecord {
  const { value = null, key = null, headers = {} } = init;
  return {
    topic: init.topic ?? DLQ,
    partition: init.partition ?? 0,
    offset: init.offset ?? 7,
    timestampMs: init.timestampMs ?? T0,
    key: bytes(key),
    value: bytes(value),
    headers: isList(headers) ? headers : Object.entries(headers).map(([name, one]) => [name, bytes(one)]),
  };
}

function isList(headers: HeaderInit | HeaderList): headers is HeaderList {
  return Array.isArray(headers);
}

function bytes(value: string | Buffer | null): Buffer | null {
  return typeof value === "string" ? Buffer.from(value) : value;
}

/** The letter in a record; old server letters come from `telemetry`. */
export function letterOf(record: StoredRecord): DeadLetterView {
  return readLetter(record, SOURCE);
}

export const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
};

export const int64 = (value: number | bigint): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(BigInt(value));
  return buffer;
};

export interface MemoryKafka {
  readonly reader: RecordReader;
  /** Ranges that were read, as `topic partition from..to`. */
  readonly reads: string[];
  /** Adds a record at the end of its partition and gives its offset; a partition starts at 0. */
  add(record: Omit<StoredRecord, "offset">): number;
  ranges(topic: string): readonly PartitionRange[];
  /** Forgets the records of a partition before `offset`. */
  trim(topic: string, partition: number, offset: number): void;
  drop(topic: string): void;
}

/** Topics in memory, read in pages of three records. */
export function memoryKafka(): MemoryKafka {
  const topics = new Map<string, Map<number, (StoredRecord | null)[]>>();
  const reads: string[] = [];
  const logOf = (topic: string, partition: number) => {
    const partitions = topics.get(topic) ?? new Map<number, (StoredRecord | null)[]>();
    topics.set(topic, partitions);
    const log = partitions.get(partition) ?? [];
    partitions.set(partition, log);
    return log;
  };
  return {
    reads,
    reader: {
      async *read(topic, partition, from, to, signal) {
        reads.push(`${topic} ${partition} ${from}..${to}`);
        const log = topics.get(topic)?.get(partition);
        if (log === undefined) throw new DashstreamError("kafka_topic_missing", `topic ${topic}`);
        const wanted = log.slice(from, to).filter((record) => record !== null);
        for (let i = 0; i < wanted.length; i += 3) {
          if (signal?.aborted) throw new DashstreamError("aborted", "reading was aborted");
          yield wanted.slice(i, i + 3).map(messageOf);
        }
      },
    },
    add(record) {
      const log = logOf(record.topic, record.partition);
      return log.push({ ...record, offset: log.length }) - 1;
    },
    ranges: (topic) =>
      [...(topics.get(topic) ?? [])].map(([partition, log]) => ({
        partition,
        logStartOffset: Math.max(
          0,
          log.findIndex((record) => record !== null),
        ),
        logEndOffset: log.length,
      })),
    trim: (topic, partition, offset) => void logOf(topic, partition).fill(null, 0, offset),
    drop: (topic) => void topics.delete(topic),
  };
}

function messageOf({ key, value, offset, timestampMs, headers }: StoredRecord): KafkaMessage {
  return {
    key,
    value,
    offset: String(offset),
    timestamp: String(timestampMs),
    attributes: 0,
    headers: { ...kafkaHeaders(headers) },
  };
}
