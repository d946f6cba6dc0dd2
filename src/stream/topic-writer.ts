// Writes records to one topic without ever losing one that was acknowledged: acknowledged by all replicas, over a
// connection that is opened with the first record and replaced when it fails or does not answer. A record whose
// acknowledgement was lost may be written twice.

import { type ICustomPartitioner, type Message, Partitioners, type Producer } from "kafkajs";
import { DashstreamError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Network } from "../runtime/network.ts";
import type { Log } from "../telemetry/log.ts";
import { endsWithin } from "./deadline.ts";
import { isAnswered } from "./infrastructure-errors.ts";
import { createKafkaClient, type KafkaClient } from "./kafka-client.ts";
import { checkKafkaSettings, type KafkaSettings } from "./kafka-settings.ts";

/** A record to write. Without a partition its key decides, as in Java's partitioner. */
export interface WritableRecord {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[]>>;
  readonly partition?: number;
  /** Milliseconds since the epoch, in decimal; the time of writing if absent. */
  readonly timestamp?: string;
}

export interface TopicWriterOptions {
  readonly settings: KafkaSettings;
  readonly topic: string;
  /** How long Kafka may take to answer one request. */
  readonly sendTimeoutMs: number;
  readonly network: Network;
  readonly clock: Clock;
  readonly log: Log;
  /** The first connection is there, after that many failed ones. */
  readonly onConnected?: (retries: number) => void;
}

type TopicPartitions = Parameters<ReturnType<ICustomPartitioner>>[0]["partitionMetadata"];

interface Connection {
  readonly client: KafkaClient;
  readonly producer: Producer;
  readonly ready: Promise<void>;
  /** Requests that somebody waits for. */
  underway: number;
}

/** Enough for a topic that the broker creates on first use; a topic that stays unknown fails well within a second. */
const LIBRARY_RETRIES = 2;
const CLOSE_TIMEOUT_MS = 1_000;

export interface Sending {
  /** Resolves when all records are acknowledged; rejects if one of them is not. */
  readonly done: Promise<void>;
  /** No answer came in time: the connection gets no more to do, and these records do not leave any more. */
  abandon(): void;
}

export class TopicWriter {
  readonly #options: TopicWriterOptions;
  /** Puts a record with a key where Java's producers put it. One for each writer, since it draws random numbers. */
  readonly #choosePartition = Partitioners.DefaultPartitioner();
  #connection: Connection | null = null;
  /** As Kafka last told them; empty before it was asked. */
  #partitions: TopicPartitions = [];
  #failures = 0;
  #connectedOnce = false;
  #closed = false;

  /** @throws DashstreamError `config_invalid` */
  constructor(options: TopicWriterOptions) {
    checkKafkaSettings(options.settings);
    this.#options = options;
  }

  get topic(): string {
    return this.#options.topic;
  }

  get sendTimeoutMs(): number {
    return this.#options.sendTimeoutMs;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Where a record with a key goes; `null` while it is not known how many partitions there are. */
  partitionOf({ key, partition }: WritableRecord): number | null {
    if (partition !== undefined) return partition;
    if (key === null || this.#partitions.length === 0) return null;
    const message = { key, value: null };
    return this.#choosePartition({ topic: this.topic, partitionMetadata: this.#partitions, message });
  }

  /** Kafka answers for all records together: those of one partition fail with those of another. */
  send(records: readonly WritableRecord[]): Sending {
    if (this.#closed) {
      const error = new DashstreamError("aborted", `writing to topic ${this.topic}: the writer is closed`);
      return { done: Promise.reject(error), abandon: () => {} };
    }
    const connection = this.#connect();
    const abandoned = new AbortController();
    connection.underway++;
    const abandon = () => {
      if (abandoned.signal.aborted) return;
      abandoned.abort();
      connection.underway--;
      this.#retire(connection);
    };
    return { done: this.#produce(connection, records, abandoned.signal), abandon };
  }

  /** Nothing is sent any more; what is under way fails. */
  close(): void {
    this.#closed = true;
    if (this.#connection) this.#drop(this.#connection);
  }

  async #produce(
    connection: Connection,
    records: readonly WritableRecord[],
    abandoned: AbortSignal,
  ): Promise<void> {
    const { topic, sendTimeoutMs } = this.#options;
    try {
      await connection.ready;
      // By now a later attempt may have written them, and others behind them.
      if (abandoned.aborted) throw new DashstreamError("aborted", `writing to topic ${topic} was given up`);
      const messages = records.map(toKafka);
      await connection.producer.send({ topic, acks: -1, timeout: sendTimeoutMs, messages });
    } catch (error) {
      // An answer, though a bad one, came over a good connection, which others wait on too.
      if (!isAnswered(error)) this.#drop(connection);
      throw error;
    } finally {
      if (!abandoned.aborted) this.#finished(connection);
    }
  }

  #finished(connection: Connection): void {
    connection.underway--;
    if (connection.underway === 0 && connection !== this.#connection) connection.client.destroy();
  }

  #connect(): Connection {
    if (this.#connection) return this.#connection;
    const { settings, network, clock, log, sendTimeoutMs } = this.#options;
    const client = createKafkaClient({
      settings: { ...settings, operationTimeoutMs: sendTimeoutMs },
      network,
      clock,
      log,
      retries: LIBRARY_RETRIES,
    });
    // Not idempotent: kafkajs's idempotent producer loses acknowledged records when a broker freezes.
    const producer = client.kafka.producer({
      allowAutoTopicCreation: true,
      createPartitioner: () => {
        const choose = Partitioners.DefaultPartitioner();
        return (record) => {
          this.#partitions = record.partitionMetadata;
          return choose(record);
        };
      },
      retry: { retries: LIBRARY_RETRIES, initialRetryTime: 100 },
    });
    const ready = producer.connect().then(
      () => this.#connected(),
      (error: unknown) => {
        this.#failures++;
        throw error;
      },
    );
    this.#connection = { client, producer, ready, underway: 0 };
    return this.#connection;
  }

  #connected(): void {
    if (this.#connectedOnce) return;
    this.#connectedOnce = true;
    this.#options.onConnected?.(this.#failures);
  }

  /**
   * What others wait for on the connection keeps its own time limit. Without others it is cut at once, because
   * kafkajs would go on trying to write what was given up.
   */
  #retire(connection: Connection): void {
    if (this.#connection === connection) this.#connection = null;
    if (connection.underway === 0) connection.client.destroy();
  }

  #drop(connection: Connection): void {
    if (this.#connection !== connection) return;
    this.#connection = null;
    const disconnecting = endsWithin(this.#options.clock, CLOSE_TIMEOUT_MS, connection.producer.disconnect());
    void disconnecting.then(() => connection.client.destroy());
  }
}

function toKafka({ headers, ...record }: WritableRecord): Message {
  return { ...record, headers: { ...headers } };
}
