// Programs on the library against any Kafka: topics of their own, readers that keep what they get, and dead letters.
// Everything that was opened ends with the scene.

import { Partitioners } from "kafkajs";
import { Consumer, type ConsumerOptions } from "../../src/stream/consumer.ts";
import { libraryDeadLetterMetrics } from "../../src/stream/dead-letter-metrics.ts";
import { DlqHandler, type DlqHandlerOptions } from "../../src/stream/dlq-handler.ts";
import { createKafkaAdmin, type KafkaAdmin } from "../../src/stream/kafka-admin.ts";
import { DEFAULT_KAFKA_SETTINGS, type KafkaSettings } from "../../src/stream/kafka-settings.ts";
import type { BadRecord } from "../../src/stream/message-delivery.ts";
import { Producer, type ProducerOptions } from "../../src/stream/producer.ts";
import type { ReceivedMessage } from "../../src/stream/received-message.ts";
import { createStreamMetrics, systemSeams } from "../../src/stream/seams.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import type { DashStreamMessageInit, Header } from "../../src/wire/model.ts";
import { createTopic } from "../sim/broker/conformance/behaviours.ts";
import { kafkajsFor } from "../sim/broker/conformance/kafkajs-client.ts";
import type { Target } from "../sim/broker/conformance/target.ts";
import { refuseWrites } from "../support/refused-writes.ts";
import { collect, readerOf } from "./range-rig.ts";
import { Reports } from "./stream-rig.ts";

/** A consumer with series of its own, and all that it got. */
export interface Reader {
  readonly consumer: Consumer;
  readonly metrics: Metrics;
  readonly received: readonly ReceivedMessage[];
  readonly rejected: readonly BadRecord[];
}

/** A producer with series of its own. */
export type SceneProducer = Producer & { readonly metrics: Metrics };

export type Letter = Readonly<Record<string, unknown>>;

export const event = (threadId: string, nodeId = "n"): DashStreamMessageInit => ({
  event: { header: { threadId, tenantId: "acme" }, nodeId },
});

/** The value of a series. */
export function count(metrics: Metrics, name: string, labels: Readonly<Record<string, string>> = {}): number {
  return metrics.counter(name, labels).value;
}

export function headerOf({ message }: ReceivedMessage): Header | null {
  return (message.message === "event" && message.event.header) || null;
}

export class LibraryScene {
  readonly target: Target;
  readonly topic: string;
  readonly dlqTopic: string;
  readonly group: string;
  /** What all readers of the scene got, in the order in which it was handled. */
  readonly arrivals: ReceivedMessage[] = [];
  readonly #reports = new Reports();
  readonly #admin: KafkaAdmin;
  readonly #closing: (() => Promise<void>)[] = [];

  private constructor(target: Target, topic: string) {
    this.target = target;
    this.topic = topic;
    this.dlqTopic = `${topic}-dlq`;
    this.group = `${topic}-readers`;
    const admin = createKafkaAdmin({ ...systemSeams(), settings: this.settings, onSocketError: () => {} });
    this.#admin = admin;
    this.#closing.push(() => admin.close());
  }

  /** Makes the topic and its dead-letter topic. */
  static async open(target: Target, topic: string, partitions: number): Promise<LibraryScene> {
    const scene = new LibraryScene(target, topic);
    await scene.createTopic(topic, partitions);
    await scene.createTopic(scene.dlqTopic, 1);
    return scene;
  }

  get settings(): KafkaSettings {
    return { ...DEFAULT_KAFKA_SETTINGS, brokers: this.target.bootstrap.split(",") };
  }

  createTopic(
    topic: string,
    partitions: number,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    return createTopic(this.target, topic, partitions, settings);
  }

  producer(options: Partial<ProducerOptions> = {}): SceneProducer {
    const { metrics = createStreamMetrics() } = options;
    const shared = { ...systemSeams(), settings: this.settings, topic: this.topic, metrics };
    const producer = new Producer({ ...shared, ...options });
    this.#closing.push(() => producer.close());
    return Object.assign(producer, { metrics });
  }

  /** A reader that is not started yet. `onMessage` is called after the message was kept. */
  reader(options: Partial<ConsumerOptions> = {}): Reader {
    const metrics = createStreamMetrics();
    const received: ReceivedMessage[] = [];
    const rejected: BadRecord[] = [];
    const consumer = new Consumer({
      ...systemSeams(),
      settings: this.settings,
      topic: this.topic,
      groupId: this.group,
      metrics,
      ...options,
      onMessage: (message) => {
        received.push(message);
        this.arrivals.push(message);
        this.#reports.changed();
        return options.onMessage?.(message);
      },
      onBadRecord: (record) => {
        rejected.push(record);
        this.#reports.changed();
      },
    });
    this.#closing.push(() => consumer.stop());
    return { consumer, metrics, received, rejected };
  }

  deadLetters(metrics: Metrics, options: Partial<DlqHandlerOptions> = {}): DlqHandler {
    const handler = new DlqHandler({
      ...systemSeams(),
      settings: this.settings,
      topic: this.dlqTopic,
      origin: { topic: this.topic, groupId: this.group, consumerId: "test", includePayload: true },
      counts: libraryDeadLetterMetrics(metrics),
      ...options,
    });
    this.#closing.push(() => handler.close(0));
    return handler;
  }

  /** Writes values as they are. */
  async write(partition: number, ...values: readonly Buffer[]): Promise<void> {
    const producer = kafkajsFor(this.target.bootstrap).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const messages = values.map((value) => ({ key: "k", value, partition }));
    await producer.send({ topic: this.topic, acks: -1, messages }).finally(() => producer.disconnect());
  }

  /** Looks again whenever a reader got something. */
  until(done: () => boolean): Promise<void> {
    return this.#reports.until(done);
  }

  async endOffsets(topic = this.topic): Promise<readonly number[]> {
    return (await this.#admin.ranges(topic)).map(({ logEndOffset }) => logEndOffset);
  }

  committed(): Promise<ReadonlyMap<number, number>> {
    return this.#admin.committed(this.group, this.topic);
  }

  /** Makes the dead-letter topic refuse every write, or take writes again. */
  refuseLetters(refuse: boolean): Promise<void> {
    return refuseWrites(kafkajsFor(this.target.bootstrap), this.dlqTopic, refuse);
  }

  /** The dead letters about records, oldest first. */
  async letters(): Promise<readonly Letter[]> {
    const [end = 0] = await this.endOffsets(this.dlqTopic);
    const reader = readerOf(this.target.bootstrap);
    const records = await collect(reader.read(this.dlqTopic, 0, 0, end)).finally(() => reader.close());
    const letters = records.map(({ value }): Letter => JSON.parse(String(value)));
    return letters.filter(({ error_type }) => error_type !== undefined);
  }

  /** Ends what was opened last first. */
  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
  }
}

/** The sequence numbers of each thread in the order of their first arrival. */
export function firstArrivals(messages: readonly ReceivedMessage[]): ReadonlyMap<string, readonly number[]> {
  const threads = new Map<string, Set<number>>();
  for (const header of messages.map(headerOf)) {
    if (header === null) continue;
    const numbers = threads.get(header.threadId) ?? new Set();
    threads.set(header.threadId, numbers.add(Number(header.sequence)));
  }
  return new Map([...threads].map(([thread, numbers]) => [thread, [...numbers]]));
}

/** What `firstArrivals` gives if nothing was lost and nothing overtaken: 1 to `count` in each thread. */
export function inOrder(threads: readonly string[], count: number): ReadonlyMap<string, readonly number[]> {
  return new Map(threads.map((thread) => [thread, Array.from({ length: count }, (_, i) => i + 1)]));
}
