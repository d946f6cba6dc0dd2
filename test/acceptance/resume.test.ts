// A client that comes back after everything around it fell: the server and its Redis are killed together while records
// flow, and what comes back has an empty memory and an empty Redis. Kafka has what they forgot.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Partitioners, type Producer } from "kafkajs";
import { connectStream, type Stream } from "../../src/client/index.ts";
import { type ProgramRun, startProgram } from "../cli/process-rig.ts";
import { event } from "../server/pipeline-rig.ts";
import { createTopic } from "../sim/broker/conformance/behaviours.ts";
import { kafkajsFor } from "../sim/broker/conformance/kafkajs-client.ts";
import { embeddedTarget, realTarget, type Target } from "../sim/broker/conformance/target.ts";
import {
  type Target as RedisTarget,
  type StartTarget as StartRedis,
  startEmbedded,
  startReal,
} from "../sim/redis/conformance/target.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { describeRealEach, requireReal } from "../support/real-components.ts";

const TIMEOUT_MS = 120_000;
const PARTITIONS = 2;
const BATCH = 50;

function restarts(startKafka: () => Promise<Target>, startRedis: StartRedis): void {
  let kafka: Target;
  let redis: RedisTarget;
  let producer: Producer;
  let running: ProgramRun | null = null;
  let streams: Stream[] = [];
  let topics = 0;

  beforeAll(async () => {
    [kafka, redis] = await Promise.all([startKafka(), startRedis()]);
    producer = kafkajsFor(kafka.bootstrap).producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
  }, TIMEOUT_MS);
  afterAll(async () => {
    await producer.disconnect();
    await Promise.all([kafka.stop(), redis.stop()]);
  }, TIMEOUT_MS);
  afterEach(() => {
    for (const stream of streams) stream.close();
    streams = [];
    running?.process.kill("SIGKILL");
  });

  test.each(["original", "v2"] as const)(
    "misses nothing and gets nothing twice (%s protocol)",
    async (protocol) => {
      const topic = `resumed-${++topics}`;
      await createTopic(kafka, topic, PARTITIONS);
      await createTopic(kafka, `${topic}-dlq`);
      const port = await freePort();
      const serve = async () => {
        running = startProgram(["serve"], {
          KAFKA_BROKERS: kafka.bootstrap,
          KAFKA_TOPIC: topic,
          KAFKA_GROUP_ID: topic,
          WEBSOCKET_PORT: String(port),
          REDIS_URL: `redis://${redis.host}:${redis.port}`,
          REPLAY_BUFFER_MEMORY_SIZE: "100",
        });
        await running.lineWith("partitions assigned");
      };
      let written = 0;
      const write = async () => {
        const messages = Array.from({ length: BATCH }, () => {
          const number = written++;
          return { key: "t", partition: number % PARTITIONS, value: event("t", number + 1) };
        });
        await producer.send({ topic, acks: -1, messages });
      };

      await serve();
      const got = new Set<string>();
      const [twice, gaps]: [string[], unknown[]] = [[], []];
      const connect = (from: Stream["cursors"] | null) => {
        const stream = connectStream({
          url: `ws://127.0.0.1:${port}/ws`,
          protocol: protocol === "v2" ? "v2" : "v1",
          from: from === null ? "earliest" : "cursor",
          ...(from === null ? {} : { cursors: from }),
          onRecord: ({ partition, offset }) => {
            const place = `${partition}:${offset}`;
            if (got.has(place)) twice.push(place);
            got.add(place);
          },
          onGap: (gap) => gaps.push(gap),
        });
        streams.push(stream);
        return stream;
      };
      const stream = connect(null);
      await write();
      await eventually(() => got.size === written);

      // One client stays and connects again, the other leaves and comes back with its cursor when all is over.
      const away = connectStream({ url: `ws://127.0.0.1:${port}/ws`, from: "earliest", onRecord: () => {} });
      await eventually(
        () => [...away.cursors.values()].reduce((sum, offset) => sum + offset + 1, 0) === written,
      );
      away.close();
      const cursors = new Map(away.cursors);

      for (let round = 0; round < 3; round++) {
        await write();
        running?.process.kill("SIGKILL");
        await redis.down();
        for (let i = 0; i < 10; i++) await write();
        await redis.up();
        await serve();
        await write();
      }
      await eventually(() => got.size === written);
      expect([gaps, twice]).toEqual([[], []]);
      stream.close();

      const before = PARTITIONS * (BATCH / PARTITIONS);
      got.clear();
      connect(cursors);
      await eventually(() => got.size === written - before);
      expect([gaps, twice]).toEqual([[], []]);
    },
    TIMEOUT_MS,
  );
}

describe("server and Redis restarted together, on embedded parts", () =>
  restarts(embeddedTarget, startEmbedded));

describeRealEach(["kafka-3.9", "kafka-4"], "server and Redis restarted together", (component) => {
  const real = requireReal("redis-server").available;
  restarts(() => realTarget(component), real ? startReal : startEmbedded);
});
