// kafkajs as a client of the conformance suite.

import { CompressionTypes, type Consumer, Kafka, logLevel, Partitioners } from "kafkajs";
import { registerCodecs } from "../../../../src/stream/codecs.ts";
import { quietIdleTimer } from "../../../../src/stream/kafkajs-idle-timer.ts";
import type { Compression, ConformanceClient, ConsumedRecord, GroupMember } from "./client.ts";

const TYPES: Readonly<Record<Compression, CompressionTypes>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

/** kafkajs with retries that fit a test. */
export function kafkajsFor(bootstrap: string): Kafka {
  quietIdleTimer();
  return new Kafka({
    clientId: "conformance",
    brokers: bootstrap.split(","),
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 8 },
  });
}

function groupConsumer(kafka: Kafka, groupId: string): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: 6_000,
    heartbeatInterval: 100,
    rebalanceTimeout: 6_000,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
  });
}

async function consume(
  kafka: Kafka,
  topic: string,
  count: number,
  group: string,
): Promise<readonly ConsumedRecord[]> {
  const consumer = groupConsumer(kafka, group);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const records: ConsumedRecord[] = [];
  // A fresh cluster may still load its coordinator: kafkajs calls that a crash, and starts again by itself.
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) reject(payload.error);
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      if (records.length === count) return;
      const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
      records.push({
        partition,
        offset: Number(message.offset),
        timestampMs: Number(message.timestamp),
        key: String(message.key),
        value: String(message.value),
        headers: Object.fromEntries(headers) as Record<string, string>,
      });
      if (records.length === count) resolve();
    },
  });
  await promise.finally(() => consumer.disconnect());
  return records;
}

async function join(kafka: Kafka, group: string, topic: string): Promise<GroupMember> {
  const consumer = groupConsumer(kafka, group);
  let partitions: readonly number[] = [];
  const watchers = new Set<() => void>();
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    partitions = [...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b);
    for (const watch of watchers) watch();
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async () => {} });
  return {
    assigned: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (partitions.length === count) resolve(partitions);
        };
        watchers.add(look);
        look();
      }),
    leave: () => consumer.disconnect(),
  };
}

export function kafkajsClient(bootstrap: string): ConformanceClient {
  registerCodecs();
  const kafka = kafkajsFor(bootstrap);
  return {
    name: "kafkajs",
    async produce(topic, records, { partition, compression = "none", headers, idempotent = false } = {}) {
      const producer = kafka.producer({
        createPartitioner: Partitioners.DefaultPartitioner,
        allowAutoTopicCreation: false,
        idempotent,
        retry: { retries: 2, initialRetryTime: 50 },
      });
      await producer.connect();
      const messages = records.map(({ key, value }) => ({
        key,
        value,
        ...(partition === undefined ? {} : { partition }),
        ...(headers === undefined ? {} : { headers }),
      }));
      await producer
        .send({ topic, messages, compression: TYPES[compression] })
        .finally(() => producer.disconnect());
    },
    consume: (topic, count, group = `once-${topic}-${Math.random()}`) => consume(kafka, topic, count, group),
    join: (group, topic) => join(kafka, group, topic),
  };
}
