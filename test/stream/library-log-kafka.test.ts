// A reader while the log under it changes, on the embedded broker and on real Kafkas: records that are deleted, a topic
// that is made anew, transactions. It goes on with what there is, and its lag is true.

import { describe, expect } from "bun:test";
import type { Producer as KafkajsProducer } from "kafkajs";
import { event as encodedEvent } from "../server/pipeline-rig.ts";
import { kafkajsFor } from "../sim/broker/conformance/kafkajs-client.ts";
import { embeddedTarget, realTarget } from "../sim/broker/conformance/target.ts";
import { eventually } from "../support/eventually.ts";
import { describeRealEach } from "../support/real-components.ts";
import { count, type LibraryScene, type Reader } from "./library-scene.ts";
import { type LibraryBehaviours, librarySuite } from "./library-suite.ts";

const events = (threadId: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => encodedEvent(threadId, from + i));

const offsets = ({ received }: Reader, partition = 0) =>
  received.filter((message) => message.partition === partition).map(({ offset }) => offset);

async function withAdmin(
  scene: LibraryScene,
  run: (admin: ReturnType<ReturnType<typeof kafkajsFor>["admin"]>) => Promise<unknown>,
): Promise<void> {
  const admin = kafkajsFor(scene.target.bootstrap).admin();
  await admin.connect();
  await run(admin).finally(() => admin.disconnect());
}

const BEHAVIOURS: LibraryBehaviours = {
  "records that were deleted while nobody read are passed over": async (scene) => {
    const first = scene.reader();
    first.consumer.start();
    await scene.write(0, ...events("a", 1, 6));
    await scene.until(() => first.received.length === 5);
    await first.consumer.stop();
    await scene.write(0, ...events("a", 6, 21));
    const partitions = [{ partition: 0, offset: "15" }];
    await withAdmin(scene, async (admin) => {
      await admin.fetchTopicOffsets(scene.topic);
      await admin.deleteTopicRecords({ topic: scene.topic, partitions });
    });
    const second = scene.reader();
    second.consumer.start();
    await scene.until(() => second.received.length === 5);
    expect(offsets(second)).toEqual([15, 16, 17, 18, 19]);
    expect(second.received[0]).toMatchObject({ sequence: "baseline" });
    await eventually(() => second.consumer.partitions.get(0)?.lag === 0);
  },

  "a topic that is made anew while it is read is read from its start": async (scene) => {
    const reader = scene.reader();
    reader.consumer.start();
    await scene.write(0, ...events("a", 1, 6));
    await scene.write(1, ...events("b", 1, 4));
    await scene.until(() => reader.received.length === 8);
    await withAdmin(scene, (admin) => admin.deleteTopics({ topics: [scene.topic] }));
    await eventually(() =>
      scene.endOffsets().then(
        () => false,
        () => true,
      ),
    );
    await scene.createTopic(scene.topic, 2);
    await scene.write(0, ...events("c", 1, 3));
    await scene.until(() => reader.received.length === 10);
    expect(offsets(reader)).toEqual([0, 1, 2, 3, 4, 0, 1]);
    await scene.write(1, ...events("d", 1, 2));
    await scene.until(() => reader.received.length === 11);
    expect(offsets(reader, 1)).toEqual([0, 1, 2, 0]);
    await reader.consumer.stop();
    expect([...(await scene.committed()).values()]).toEqual([2, 1]);
  },

  "a topic that does not exist yet is waited for, and read when it is there": async (scene) => {
    const topic = `${scene.topic}-late`;
    const reader = scene.reader({ topic });
    reader.consumer.start();
    await eventually(() => reader.consumer.waitingFor === `topic ${topic} to exist`);
    await scene.createTopic(topic, 1);
    const producer = scene.producer({ topic });
    await producer.send({ event: { header: { threadId: "a" } } });
    await scene.until(() => reader.received.length === 1);
    expect(count(reader.metrics, "dashstream_fetch_failures_total")).toBe(0);
  },

  "a message to a topic that does not exist is an error after the last attempt, not a hang": async (
    scene,
  ) => {
    const producer = scene.producer({ topic: `${scene.topic}-nowhere`, maxAttempts: 2 });
    const sending = producer.send({ event: { header: { threadId: "a" } } });
    await expect(sending).rejects.toMatchObject({ code: "kafka_send_failed" });
    expect(count(producer.metrics, "dashstream_send_retries_total")).toBe(2);
    expect(count(producer.metrics, "dashstream_send_failures_total")).toBe(1);
  },
};

/** The embedded broker has no transactions. */
const TRANSACTIONS: LibraryBehaviours = {
  "only committed transactions are handed over, and their markers leave no lag": async (scene) => {
    const reader = scene.reader();
    reader.consumer.start();
    const producer = kafkajsFor(scene.target.bootstrap).producer({
      transactionalId: scene.topic,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    await transact(producer, scene.topic, "commit", events("a", 1, 3)); // 0, 1, marker 2
    await transact(producer, scene.topic, "abort", events("b", 1, 3)); // 3, 4, marker 5
    await transact(producer, scene.topic, "commit", events("a", 3, 5)); // 6, 7, marker 8
    await transact(producer, scene.topic, "abort", events("b", 3, 4)); // 9, marker 10
    await producer.disconnect();
    await eventually(() => reader.consumer.partitions.get(0)?.position === 11);
    expect(offsets(reader)).toEqual([0, 1, 6, 7]);
    await reader.consumer.refreshLag();
    expect(reader.consumer.partitions.get(0)?.lag).toBe(0);
    expect(count(reader.metrics, "dashstream_sequence_gaps_total")).toBe(0);
    await reader.consumer.stop();
    expect((await scene.committed()).get(0)).toBe(11);
  },
};

async function transact(
  producer: KafkajsProducer,
  topic: string,
  end: "commit" | "abort",
  values: readonly Buffer[],
): Promise<void> {
  const transaction = await producer.transaction();
  const messages = values.map((value) => ({ key: "k", value, partition: 0 }));
  await transaction.send({ topic, messages });
  await transaction[end]();
}

describe("a changing log on the embedded broker", () => librarySuite(embeddedTarget, BEHAVIOURS));

describeRealEach(["kafka-3.9", "kafka-4"], "a changing log on a real Kafka", (component) =>
  librarySuite(() => realTarget(component), { ...BEHAVIOURS, ...TRANSACTIONS }),
);
