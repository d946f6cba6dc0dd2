// Dead letters of programs on the library, on the embedded broker and on real Kafkas: of records that cannot be read,
// of handlers that fail, of messages that Kafka does not take; and what happens while the letters themselves are refused.

import { describe, expect } from "bun:test";
import { event as encodedEvent } from "../server/pipeline-rig.ts";
import { embeddedTarget, realTarget } from "../sim/broker/conformance/target.ts";
import { eventually } from "../support/eventually.ts";
import { describeRealEach } from "../support/real-components.ts";
import { count, event, headerOf } from "./library-scene.ts";
import { type LibraryBehaviours, librarySuite } from "./library-suite.ts";

const BAD = Buffer.from([0, 0x0a, 0xff, 0x01]);

const BEHAVIOURS: LibraryBehaviours = {
  "a record that cannot be read becomes a letter with its bytes, and the next one follows": async (scene) => {
    const reader = scene.reader();
    const handler = scene.deadLetters(reader.metrics);
    reader.consumer.withDlq(handler).start();
    const future = encodedEvent("a", 2, { schemaVersion: 2 });
    await scene.write(1, encodedEvent("a", 1), BAD, future, encodedEvent("a", 4));
    await scene.until(() => reader.received.length === 2);
    await handler.settled();
    const letters = await scene.letters();
    expect(letters).toMatchObject([
      {
        error_type: "buffer_underflow",
        thread_id: "k",
        kafka_partition: 1,
        kafka_offset: 1,
        original_payload_base64: BAD.toString("base64"),
      },
      {
        error_type: "schema_mismatch",
        thread_id: "a",
        kafka_offset: 2,
        original_payload_base64: future.toString("base64"),
      },
    ]);
    expect(letters.map(({ source_topic }) => source_topic)).toEqual([scene.topic, scene.topic]);
    expect(reader.received.map(({ offset }) => offset)).toEqual([0, 3]);
    expect(count(reader.metrics, "dashstream_messages_received_total")).toBe(4);
    expect(count(reader.metrics, "dashstream_decode_failures_total")).toBe(2);
    expect(count(reader.metrics, "dashstream_dlq_sends_total")).toBe(2);
    expect(count(reader.metrics, "dashstream_dlq_send_failures_total")).toBe(0);
  },

  "a message whose handler fails becomes a letter, and is not handed over again": async (scene) => {
    const reader = scene.reader({
      onMessage: async (message) => {
        if (message.offset === 1) throw new Error("no such order");
      },
    });
    const handler = scene.deadLetters(reader.metrics);
    reader.consumer.withDlq(handler).start();
    await scene.write(0, ...[1, 2, 3].map((number) => encodedEvent("a", number)));
    await scene.until(() => reader.received.length === 3);
    await reader.consumer.stop();
    expect(await scene.letters()).toMatchObject([
      { error_type: "processing_error", error: "no such order", thread_id: "a", kafka_offset: 1 },
    ]);
    expect(count(reader.metrics, "dashstream_processing_failures_total")).toBe(1);
    expect((await scene.committed()).get(0)).toBe(3);
  },

  "a message that Kafka does not take becomes a letter of its producer, those beside it arrive": async (
    scene,
  ) => {
    const topic = `${scene.topic}-narrow`;
    await scene.createTopic(topic, 1, { "max.message.bytes": "3000" });
    const producer = scene.producer({ topic, compression: null });
    const handler = scene.deadLetters(producer.metrics);
    producer.withDlq(handler);
    const nodes = ["first", "x".repeat(5_000), "last"];
    const sent = await Promise.allSettled(nodes.map((node) => producer.send(event("a", node))));
    expect(sent.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(sent[1]).toMatchObject({ reason: { code: "kafka_send_failed" } });
    await handler.settled();
    expect(await scene.letters()).toMatchObject([
      { error_type: "kafka_send_error", source_partition: -1, source_offset: -1, thread_id: "a" },
    ]);
    expect(count(producer.metrics, "dashstream_messages_sent_total")).toBe(2);
    expect(count(producer.metrics, "dashstream_send_failures_total")).toBe(1);
    expect(count(producer.metrics, "dashstream_dlq_sends_total")).toBe(1);
    const reader = scene.reader({ topic, reorderWindow: 0 });
    reader.consumer.start();
    await scene.until(() => reader.received.length === 2);
    expect(reader.received.map((message) => Number(headerOf(message)?.sequence))).toEqual([1, 3]);
    // Its number is missing, and that is said.
    expect(count(reader.metrics, "dashstream_sequence_gaps_total")).toBe(1);
  },

  "open mode goes on while letters are refused, and loses exactly those it counts": async (scene) => {
    const reader = scene.reader();
    const handler = scene.deadLetters(reader.metrics, { maxAttempts: 2 });
    reader.consumer.withDlq(handler).start();
    await scene.refuseLetters(true);
    await scene.write(0, encodedEvent("a", 1), BAD, encodedEvent("a", 3));
    await scene.until(() => reader.received.length === 2);
    await handler.settled();
    await scene.refuseLetters(false);
    await scene.write(0, BAD, encodedEvent("a", 5));
    await scene.until(() => reader.received.length === 3);
    await handler.settled();
    expect((await scene.letters()).map(({ kafka_offset }) => kafka_offset)).toEqual([3]);
    expect(count(reader.metrics, "dashstream_dlq_send_failures_total")).toBe(1);
    expect(count(reader.metrics, "dashstream_dlq_sends_total")).toBe(1);
  },

  "in closed mode a partition waits while letters are refused, others go on, and none is lost": async (
    scene,
  ) => {
    const reader = scene.reader();
    const handler = scene.deadLetters(reader.metrics, { mode: "fail_closed" });
    reader.consumer.withDlq(handler).start();
    await scene.refuseLetters(true);
    await scene.write(0, encodedEvent("a", 1), BAD, encodedEvent("a", 3));
    await eventually(() => reader.consumer.waitingPartitions().length > 0);
    expect(reader.consumer.waitingPartitions()).toEqual([0]);
    await scene.write(0, encodedEvent("a", 4));
    await scene.write(1, encodedEvent("b", 1), encodedEvent("b", 2));
    await scene.until(() => reader.received.filter(({ partition }) => partition === 1).length === 2);
    await eventually(() => count(reader.metrics, "dashstream_dlq_send_retries_total") > 2);
    expect(reader.consumer.partitions.get(0)?.position).toBeLessThanOrEqual(1);
    expect((await scene.committed()).get(0) ?? 0).toBeLessThanOrEqual(1);

    await scene.refuseLetters(false);
    await scene.until(() => reader.received.some(({ partition, offset }) => partition === 0 && offset === 3));
    expect(reader.consumer.waitingPartitions()).toEqual([]);
    const offsets = reader.received.filter(({ partition }) => partition === 0).map(({ offset }) => offset);
    expect(offsets).toEqual([0, 2, 3]);
    expect((await scene.letters()).map(({ kafka_offset }) => kafka_offset)).toEqual([1]);
    expect(count(reader.metrics, "dashstream_dlq_sends_total")).toBe(1);
    expect(count(reader.metrics, "dashstream_dlq_send_failures_total")).toBe(0);
    await reader.consumer.stop();
    expect([...(await scene.committed())]).toEqual([
      [0, 4],
      [1, 2],
    ]);
  },

  "in closed mode a broker that is killed while a letter waits keeps nothing back": async (scene) => {
    const reader = scene.reader();
    const handler = scene.deadLetters(reader.metrics, { mode: "fail_closed", sendTimeoutMs: 2_000 });
    reader.consumer.withDlq(handler).start();
    await scene.refuseLetters(true);
    await scene.write(0, encodedEvent("a", 1), BAD, encodedEvent("a", 3));
    await eventually(() => reader.consumer.waitingPartitions().length > 0);
    await scene.target.kill();
    const retries = count(reader.metrics, "dashstream_dlq_send_retries_total");
    await eventually(() => count(reader.metrics, "dashstream_dlq_send_retries_total") > retries);
    await scene.target.restart();
    await scene.refuseLetters(false);
    await scene.write(0, encodedEvent("a", 4));
    await scene.until(() => reader.received.some(({ offset }) => offset === 3));
    expect(reader.received.map(({ offset }) => offset)).toEqual([0, 2, 3]);
    expect((await scene.letters()).map(({ kafka_offset }) => kafka_offset)).toEqual([1]);
  },
};

describe("dead letters of the library on the embedded broker", () =>
  librarySuite(embeddedTarget, BEHAVIOURS));

describeRealEach(["kafka-3.9", "kafka-4"], "dead letters of the library on a real Kafka", (component) =>
  librarySuite(() => realTarget(component), BEHAVIOURS),
);
