// Writes records to one topic without ever losing one that was acknowledged: acknowledged by all replicas, over a
// connection that is opened with the first record and replaced when it fails or does not answer. A record whose
// acknowledgement was lost may be written twice.

import { type Message, Partitioners, type Producer } from "kafkajs";
import type { Clock } from "../runtime/clock.ts";
import type { Network } from "../runtime/network.ts";
import type { Log } from "../telemetry/log.ts";
import { endsWithin } from "./deadline.ts";
import { isAnswered } from "./infrastructure-errors.ts";
import { createKafkaClient, type KafkaClient } from "./kafka-client.ts";
import type { KafkaSettings } from "./kafka-settings.ts";

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

interface Connection {
  readonly client: KafkaClient;
  readonly producer: Producer;
  readonly ready: Promise<void>;
}

/** Enough for a topic that the broker creates on first use; a topic that stays unknown fails well within a second. */
const LIBRARY_RETRIES = 2;
const CLOSE_TIMEOUT_MS = 1_000;

export interface Sending {
  /** Resolves when all records are acknowledged; rejects if one of them is not. */
  readonly done: Promise<void>;
  /** No answer came in time: the connection gets no more to do. */
  abandon(): void;
}

export class TopicWriter {
  readonly #options: TopicWriterOptions;
  #connection: Connection | null = null;
  #failures = 0;
  #connectedOnce = false;

  constructor(options: TopicWriterOptions) {
    this.#options = options;
  }

  get topic(): string {
    return this.#options.topic;
  }

  get sendTimeoutMs(): number {
    return this.#options.sendTimeoutMs;
  }

  send(records: readonly WritableRecord[]): Sending {
    const connection = this.#connect();
    return { done: this.#produce(connection, records), abandon: () => this.#retire(connection) };
  }

  close(): void {
    if (this.#connection) this.#drop(this.#connection);
  }

  async #produce(connection: Connection, records: readonly WritableRecord[]): Promise<void> {
    const { topic, sendTimeoutMs } = this.#options;
    try {
      await connection.ready;
      const messages = records.map(toKafka);
      await connection.producer.send({ topic, acks: -1, timeout: sendTimeoutMs, messages });
    } catch (error) {
      // An answer, though a bad one, came over a good connection, which others wait on too.
      if (!isAnswered(error)) this.#drop(connection);
      throw error;
    }
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
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: LIBRARY_RETRIES, initialRetryTime: 100 },
    });
    const ready = producer.connect().then(
      () => this.#connected(),
      (error: unknown) => {
        this.#failures++;
        throw error;
      },
    );
    this.#connection = { client, producer, ready };
    return this.#connection;
  }

  #connected(): void {
    if (this.#connectedOnce) return;
    this.#connectedOnce = true;
    this.#options.onConnected?.(this.#failures);
  }

  /** What is still under way on the connection keeps its own time limit. */
  #retire(connection: Connection): void {
    if (this.#connection !== connection) return;
    this.#connection = null;
    const { clock, sendTimeoutMs } = this.#options;
    clock.after(sendTimeoutMs, () => connection.client.destroy());
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
