// The site of real components: a real Kafka, a real Redis, the machine's network and time. What it cannot do to them
// (a topic made anew, an outage of Kafka) is left out of its schedules, and sockets always read.

import { type Admin, Kafka, logLevel, type Producer } from "kafkajs";
import type { NewRecord } from "../../src/kafka-protocol/records.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { serveHttp } from "../../src/runtime/serve.ts";
import { createKafkaAdmin, type KafkaAdmin } from "../../src/stream/kafka-admin.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../src/stream/kafka-settings.ts";
import { quietIdleTimer } from "../../src/stream/kafkajs-idle-timer.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { freePort } from "../support/free-port.ts";
import { makeTopics } from "../support/make-topics.ts";
import type { RealRedis } from "../support/redis/start-redis.ts";
import type { Schedule, Step } from "./schedule.ts";
import type { RedisChange, Site } from "./site.ts";

export interface RealSiteOptions {
  readonly bootstrap: string;
  readonly redis: RealRedis | null;
  /** No other run may use it. */
  readonly topic: string;
  readonly seed: number;
}

/** Pauses of a schedule are cut to this, so that it ends in seconds. */
const MAX_PAUSE_MS = 400;

/** A batch of the largest count must be one request that Kafka takes. */
const MAX_VALUE_BYTES = 2_000;

export class RealSite implements Site {
  readonly #kafka: Kafka;
  readonly #admin: Admin;
  readonly #producer: Producer;
  readonly #records: KafkaAdmin;
  readonly #redis: RealRedis | null;
  #redisIsUp = true;
  readonly #ports = new Map<number, number>();
  readonly clock = systemClock;
  readonly random;
  readonly network = systemNetwork;
  readonly serve = serveHttp;
  readonly topic: string;
  readonly env: Readonly<Record<string, string>>;

  private constructor({ bootstrap, redis, topic, seed }: RealSiteOptions) {
    quietIdleTimer();
    this.#kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
    this.#admin = this.#kafka.admin();
    this.#producer = this.#kafka.producer();
    this.#records = createKafkaAdmin({
      settings: { ...DEFAULT_KAFKA_SETTINGS, brokers: [bootstrap] },
      network: systemNetwork,
      clock: systemClock,
      log: silentLog,
      onSocketError: () => {},
    });
    this.#redis = redis;
    this.random = seededRandom(seed);
    this.topic = topic;
    this.env = {
      KAFKA_BROKERS: bootstrap,
      ...(redis ? { REDIS_URL: `redis://127.0.0.1:${redis.port}` } : {}),
    };
  }

  static async open(options: RealSiteOptions): Promise<RealSite> {
    const site = new RealSite(options);
    await Promise.all([site.#admin.connect(), site.#producer.connect()]);
    await makeTopics(site.#kafka, { topic: `${options.topic}-dlq`, numPartitions: 1 });
    for (const index of [0, 1]) site.#ports.set(index, await freePort());
    return site;
  }

  port(index: number): number {
    return this.#ports.get(index) ?? 0;
  }

  webSocket() {
    return WebSocket;
  }

  async createTopic(partitions: number): Promise<void> {
    await makeTopics(this.#kafka, { topic: this.topic, numPartitions: partitions });
  }

  async deleteTopic(): Promise<void> {
    await this.#admin.deleteTopics({ topics: [this.topic] });
  }

  async addPartition(newCount: number): Promise<void> {
    await this.#admin.createPartitions({ topicPartitions: [{ topic: this.topic, count: newCount }] });
  }

  async append(partition: number, records: readonly NewRecord[]): Promise<number> {
    const messages = records.map(({ key, value }) => ({ key, value, partition }));
    const [answer] = await this.#producer.send({ topic: this.topic, acks: -1, messages });
    return Number(answer?.baseOffset);
  }

  async trim(partition: number, offset: number): Promise<void> {
    await this.#records.deleteRecordsBefore(this.topic, new Map([[partition, offset]]));
  }

  async kafka(): Promise<void> {}

  async redis(what: RedisChange): Promise<void> {
    const redis = this.#redis;
    if (!redis) return;
    if (what === "slow") return redis.freeze();
    redis.thaw();
    if (what === "prompt" || what === "evict" || (what === "up" && this.#redisIsUp)) return;
    if (what !== "up") await redis.kill();
    if (what !== "down") await redis.restart();
    this.#redisIsUp = what !== "down";
  }

  async pass(ms: number): Promise<void> {
    await this.clock.sleep(Math.min(ms, MAX_PAUSE_MS));
  }

  outcome<T>(promise: Promise<T>): Promise<T> {
    return promise;
  }

  async close(): Promise<void> {
    await this.#admin.deleteTopics({ topics: [this.topic, `${this.topic}-dlq`] });
    await this.#records.close();
    await Promise.all([this.#admin.disconnect(), this.#producer.disconnect()]);
  }
}

/** The schedule as far as real components can be put through it. */
export function realSchedule(schedule: Schedule): Schedule {
  const steps = schedule.steps.flatMap((step): readonly Step[] => {
    if (step.do === "recreate" || step.do === "kafka" || step.do === "grow" || step.do === "pause") return [];
    if (step.do === "produce") {
      const kind = step.kind === "control" ? "null" : step.kind;
      return [{ ...step, kind, bytes: Math.min(step.bytes, MAX_VALUE_BYTES) }];
    }
    return [step];
  });
  return { ...schedule, steps };
}
