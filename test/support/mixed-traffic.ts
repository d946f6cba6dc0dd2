// Traffic with a known share of bad records into a real Kafka, and the account of what became of the bad ones.

import { type Admin, Kafka, logLevel, Partitioners, type Producer } from "kafkajs";
import { DEFAULT_KAFKA_SETTINGS } from "../../src/stream/kafka-settings.ts";
import { quietIdleTimer } from "../../src/stream/kafkajs-idle-timer.ts";
import { createRangeReader } from "../../src/stream/range-reader.ts";
import { systemSeams } from "../../src/stream/seams.ts";
import { DEFAULT_MAX_PAYLOAD_BYTES } from "../../src/wire/frame.ts";
import { Inspector } from "../../src/wire/inspector.ts";
import { benchRecord } from "../bench/records.ts";
import { makeTopics } from "./make-topics.ts";
import { refuseWrites } from "./refused-writes.ts";

/** One record in so many is truncated, so that it does not decode. A prime, so that every thread has bad ones. */
const BAD_EVERY = 19;
const CUT_BYTES = 7;

export const PARTITIONS = 4;

/** `partition:offset`. */
export type Place = string;

/** A topic, its dead-letter topic, and who writes to the first. */
export class MixedTraffic {
  readonly topic: string;
  readonly dlqTopic: string;
  readonly #bootstrap: string;
  readonly #kafka: Kafka;
  readonly #admin: Admin;
  readonly #producer: Producer;
  #made = 0;

  private constructor(bootstrap: string, topic: string) {
    quietIdleTimer();
    this.#kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
    this.topic = topic;
    this.dlqTopic = `${topic}-dlq`;
    this.#bootstrap = bootstrap;
    this.#admin = this.#kafka.admin();
    this.#producer = this.#kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  }

  static async open(bootstrap: string, topic: string): Promise<MixedTraffic> {
    const traffic = new MixedTraffic(bootstrap, topic);
    await Promise.all([traffic.#admin.connect(), traffic.#producer.connect()]);
    const dlq = { topic: traffic.dlqTopic, numPartitions: 1 };
    await makeTopics(traffic.#kafka, { topic, numPartitions: PARTITIONS }, dlq);
    return traffic;
  }

  /** Produces so many records, one in nineteen bad. */
  async produce(count: number): Promise<void> {
    const messages = Array.from({ length: count }, () => {
      const index = this.#made++;
      const { key, value } = benchRecord(index);
      return index % BAD_EVERY === 0 ? { key, value: value.subarray(0, -CUT_BYTES) } : { key, value };
    });
    await this.#producer.send({ topic: this.topic, acks: -1, messages });
  }

  /** Makes the dead-letter topic refuse every write, or take writes again; leaves letters about no record. */
  refuseDeadLetters(refuse: boolean): Promise<void> {
    return refuseWrites(this.#kafka, this.dlqTopic, refuse);
  }

  async endOffsets(): Promise<ReadonlyMap<number, number>> {
    const ends = await this.#admin.fetchTopicOffsets(this.topic);
    return new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
  }

  /** Every record of the topic, judged anew: which are good and which are bad. */
  async places(): Promise<{ readonly good: ReadonlySet<Place>; readonly bad: ReadonlySet<Place> }> {
    const inspector = new Inspector({ maxPayloadBytes: DEFAULT_MAX_PAYLOAD_BYTES, schemaPolicy: "exact" });
    const good = new Set<Place>();
    const bad = new Set<Place>();
    for (const [partition, end] of await this.endOffsets()) {
      await this.#read(this.topic, partition, end, (value, offset) => {
        const set = inspector.inspect(value) === null ? good : bad;
        set.add(`${partition}:${offset}`);
      });
    }
    return { good, bad };
  }

  /** The places of the records that have a dead letter, once for each letter. */
  async letters(): Promise<readonly Place[]> {
    const places: Place[] = [];
    for (const { partition, high } of await this.#admin.fetchTopicOffsets(this.dlqTopic)) {
      await this.#read(this.dlqTopic, partition, Number(high), (value) => {
        const { kafka_partition, kafka_offset } = JSON.parse(value.toString());
        places.push(`${kafka_partition}:${kafka_offset}`);
      });
    }
    return places;
  }

  async close(): Promise<void> {
    await Promise.all([this.#admin.disconnect(), this.#producer.disconnect()]);
  }

  async #read(
    topic: string,
    partition: number,
    end: number,
    each: (value: Buffer, offset: string) => void,
  ): Promise<void> {
    const settings = { ...DEFAULT_KAFKA_SETTINGS, brokers: [this.#bootstrap] };
    const reader = createRangeReader({ ...systemSeams(), settings });
    for await (const page of reader.read(topic, partition, 0, end)) {
      for (const { value, offset } of page) if (value) each(value, offset);
    }
    await reader.close();
  }
}
