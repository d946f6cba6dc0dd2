// A million records through a real Kafka into one client: none lost, none twice, the order of each partition kept;
// and the same while the broker is killed and comes back in between.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { DeliveryLedger } from "../../sim/demo/ledger.ts";
import { benchRecord } from "../bench/records.ts";
import { type RunningAppliance, startAppliance } from "../support/appliance.ts";
import { type RealKafka, startKafka } from "../support/kafka/start-kafka.ts";
import { USUAL_KAFKA } from "../support/kafka/usual-kafka.ts";
import { makeTopics } from "../support/make-topics.ts";
import { describeReal } from "../support/real-components.ts";
import { connectStream } from "../support/stream-client.ts";

const RECORDS = 1_000_000;
const PARTITIONS = 4;
const BATCH = 2_000;
const TIMEOUT_MS = 300_000;

describeReal(USUAL_KAFKA, "a million records through a real Kafka", () => {
  let kafka: RealKafka;
  beforeAll(async () => {
    kafka = await startKafka({ component: USUAL_KAFKA });
  }, 60_000);
  afterAll(() => kafka.stop());

  test(
    "arrive at one client once each and in order",
    async () => {
      await deliver("plain", () => Promise.resolve());
    },
    TIMEOUT_MS,
  );

  test(
    "arrive once each and in order although the broker is killed and restarted in between",
    async () => {
      await deliver("killed", async () => {
        await kafka.kill();
        await kafka.restart();
      });
    },
    TIMEOUT_MS,
  );

  /** `disturb` runs once, when half of the records have been produced and some are on their way. */
  async function deliver(topic: string, disturb: () => Promise<void>): Promise<void> {
    const client = new Kafka({ brokers: [kafka.bootstrap], logLevel: logLevel.NOTHING });
    await makeTopics(client, { topic, numPartitions: PARTITIONS });
    const running = await startAppliance({ brokers: kafka.bootstrap, topic, env: { KAFKA_GROUP_ID: topic } });
    const ledger = new DeliveryLedger();
    const progress = { wake: () => {} };
    const stream = await connectStream(running.wsUrl, {
      onRecord: ({ partition, offset }) => {
        ledger.record(partition, offset);
        progress.wake();
      },
    });
    await produce(client, topic, disturb);
    const ends = await endOffsets(client, topic);
    while (!ledger.reached(ends)) {
      await new Promise<void>((resolve) => {
        progress.wake = resolve;
      });
    }
    expect(ends.reduce((sum, end) => sum + end, 0)).toBeGreaterThanOrEqual(RECORDS);
    expect({ lost: ledger.lost(ends), duplicated: ledger.duplicated }).toEqual({ lost: 0, duplicated: 0 });
    expect(stream.controls.filter(({ type }) => type === "gap")).toEqual([]);
    await expectNothingDropped(running);
    stream.close();
    await running.stop();
  }
});

/** Produces in order; a batch that fails is sent again, so that the topic may hold more records than were made. */
async function produce(client: Kafka, topic: string, disturb: () => Promise<void>): Promise<void> {
  const producer = client.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 50, maxRetryTime: 500 },
  });
  await producer.connect();
  let disturbance: Promise<void> | null = null;
  for (let made = 0; made < RECORDS; made += BATCH) {
    if (made >= RECORDS / 2) disturbance ??= disturb();
    const messages = Array.from({ length: BATCH }, (_, i) => benchRecord(made + i));
    for (let sent = false; !sent; ) {
      sent = await producer.send({ topic, acks: -1, messages }).then(
        () => true,
        async () => {
          await disturbance;
          return false;
        },
      );
    }
  }
  await disturbance;
  await producer.disconnect();
}

async function endOffsets(client: Kafka, topic: string): Promise<readonly number[]> {
  const admin = client.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return offsets.sort((a, b) => a.partition - b.partition).map(({ high }) => Number(high));
}

async function expectNothingDropped({ url }: RunningAppliance): Promise<void> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('websocket_dropped_messages_total{reason="lagged_receiver"} 0\n');
  expect(metrics).toContain('websocket_kafka_messages_total{status="error"} 0\n');
}
