// A consumer group member on the embedded broker, with everything it reports kept for the test.

import type { Broker } from "../../sim/broker/broker.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import type { Assignment, BatchHandler, ConsumedBatch } from "../../src/stream/batch.ts";
import { GroupConsumer } from "../../src/stream/group-consumer.ts";
import type { InfrastructureErrorType } from "../../src/stream/infrastructure-errors.ts";
import { createKafkaAdmin, type KafkaAdmin } from "../../src/stream/kafka-admin.ts";
import { DEFAULT_KAFKA_SETTINGS, type KafkaSettings } from "../../src/stream/kafka-settings.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";

export const TOPIC = "telemetry";
export const GROUP = "group";

export async function startBroker(partitions = 1): Promise<Broker> {
  const broker = await startEmbeddedBroker({ autoCreateTopics: false, groupMinSessionTimeoutMs: 1000 });
  if (partitions > 0) broker.createTopic(TOPIC, { partitions });
  return broker;
}

export function settingsOf(broker: Broker): KafkaSettings {
  return { ...DEFAULT_KAFKA_SETTINGS, brokers: broker.bootstrap.split(",") };
}

export function append(broker: Broker, partition: number, ...values: string[]): void {
  const records = values.map((value) => ({ timestampMs: 0, key: null, value: Buffer.from(value) }));
  broker.append(TOPIC, partition, records);
}

/** Calls `done` again whenever something was reported, until it is true. */
export class Reports {
  #waiters: (() => void)[] = [];

  changed(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  async until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }
}

export class Member implements BatchHandler {
  readonly reports = new Reports();
  readonly values: string[] = [];
  readonly assignments: Assignment[] = [];
  readonly revokedPartitions: number[] = [];
  readonly errors: InfrastructureErrorType[] = [];
  /** Texts of the errors in the log. */
  readonly logged: string[] = [];
  readonly admin: KafkaAdmin;
  readonly consumer: GroupConsumer;
  /** Replaced by tests that want to fail or stop in the middle. */
  handle: (batch: ConsumedBatch) => Promise<void> = (batch) => {
    this.keep(batch);
    batch.progress(Number(batch.records.at(-1)?.offset) + 1);
    return Promise.resolve();
  };

  constructor(
    broker: Broker,
    options: { readonly reset?: "earliest" | "latest"; readonly group?: string } = {},
  ) {
    const settings = settingsOf(broker);
    const log: Log = { ...silentLog, error: (text) => this.logged.push(text) };
    const shared = { settings, network: systemNetwork, clock: systemClock, log };
    this.admin = createKafkaAdmin({ ...shared, onSocketError: () => {} });
    this.consumer = new GroupConsumer({
      ...shared,
      topic: TOPIC,
      groupId: options.group ?? GROUP,
      autoOffsetReset: options.reset ?? "earliest",
      handler: this,
      admin: this.admin,
      random: seededRandom(2),
      onInfrastructureError: (type) => {
        this.errors.push(type);
        this.reports.changed();
      },
      onStarted: () => {},
    });
  }

  keep(batch: ConsumedBatch): void {
    this.values.push(...batch.records.map(({ value }) => `${batch.partition}:${value}`));
  }

  async handleBatch(batch: ConsumedBatch): Promise<void> {
    try {
      await this.handle(batch);
    } finally {
      this.reports.changed();
    }
  }

  assigned(assignments: readonly Assignment[]): void {
    this.assignments.push(...assignments);
    this.reports.changed();
  }

  revoked(partitions: readonly number[]): void {
    this.revokedPartitions.push(...partitions);
    this.reports.changed();
  }

  received(count: number): Promise<void> {
    return this.reports.until(() => this.values.length >= count);
  }

  async stop(): Promise<void> {
    await this.consumer.stop(() => Promise.resolve());
    await this.admin.close();
  }
}
