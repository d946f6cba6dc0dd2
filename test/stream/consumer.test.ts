// The library's consumer on the embedded broker: what a program gets, and what becomes of the rest.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Kafka, logLevel } from "kafkajs";
import type { Broker } from "../../sim/broker/broker.ts";
import { Consumer, type ConsumerOptions } from "../../src/stream/consumer.ts";
import { libraryDeadLetterMetrics } from "../../src/stream/dead-letter-metrics.ts";
import { DlqHandler, type DlqHandlerOptions } from "../../src/stream/dlq-handler.ts";
import type { BadRecord } from "../../src/stream/message-delivery.ts";
import type { ReceivedMessage } from "../../src/stream/received-message.ts";
import { createStreamMetrics, systemSeams } from "../../src/stream/seams.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { event } from "../server/pipeline-rig.ts";
import { GROUP, Reports, settingsOf, startBroker, TOPIC } from "./stream-rig.ts";

const DLQ = "letters";
const BAD = Buffer.from([0, 0x0a, 0xff, 0x01]);

let broker: Broker;
let reports: Reports;
let received: ReceivedMessage[];
let rejected: BadRecord[];
let metrics: Metrics;
let consumers: Consumer[];
let handler: DlqHandler | null;

beforeEach(async () => {
  broker = await startBroker(2);
  reports = new Reports();
  received = [];
  rejected = [];
  consumers = [];
  handler = null;
  metrics = createStreamMetrics();
});
afterEach(async () => {
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await handler?.close(0);
  await broker.stop();
});

function consume(options: Partial<ConsumerOptions> = {}): Consumer {
  const consumer = new Consumer({
    ...systemSeams(),
    settings: settingsOf(broker),
    topic: TOPIC,
    groupId: GROUP,
    metrics,
    onMessage(message) {
      received.push(message);
      reports.changed();
    },
    onBadRecord(record) {
      rejected.push(record);
      reports.changed();
    },
    ...options,
  });
  consumers.push(consumer);
  return consumer;
}

function dlq(options: Partial<DlqHandlerOptions> = {}): DlqHandler {
  broker.createTopic(DLQ);
  handler = new DlqHandler({
    ...systemSeams(),
    settings: settingsOf(broker),
    topic: DLQ,
    origin: { topic: TOPIC, groupId: GROUP, consumerId: "test", includePayload: true },
    counts: libraryDeadLetterMetrics(metrics),
    ...options,
  });
  return handler;
}

function append(partition: number, ...values: (Buffer | null)[]): void {
  broker.append(
    TOPIC,
    partition,
    values.map((value) => ({ timestampMs: 5, key: Buffer.from("k"), value })),
  );
}

const count = (name: string) => metrics.counter(name).value;
const offsets = (partition = 0) =>
  received.filter((message) => message.partition === partition).map(({ offset }) => offset);
const until = (done: () => boolean) => reports.until(done);

/** Asks again whenever the process had a turn. */
async function eventually(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

async function letters(): Promise<Record<string, unknown>[]> {
  await handler?.settled();
  const kafka = new Kafka({ brokers: broker.bootstrap.split(","), logLevel: logLevel.NOTHING });
  const reader = kafka.consumer({ groupId: "reader" });
  await reader.connect();
  await reader.subscribe({ topic: DLQ, fromBeginning: true });
  const wanted = broker.endOffsets(DLQ)[0] ?? 0;
  const read: Record<string, unknown>[] = [];
  const all = Promise.withResolvers<void>();
  await reader.run({
    eachMessage: async ({ message }) => {
      read.push(JSON.parse(String(message.value)));
      if (read.length >= wanted) all.resolve();
    },
  });
  await all.promise;
  await reader.disconnect();
  return read;
}

test("messages come decoded, with their place, key, time and standing in their thread", async () => {
  consume().start();
  append(0, event("a", 7), event("a", 8));
  await until(() => received.length === 2);
  expect(received[0]).toMatchObject({ partition: 0, offset: 0, timestampMs: 5, sequence: "baseline" });
  expect(received[1]).toMatchObject({ offset: 1, sequence: "in_order", key: Buffer.from("k") });
  const { message } = received[1] as ReceivedMessage;
  expect(message.message === "event" && message.event.header?.sequence).toBe(8n);
});

test("what was handled is committed when it stops, and not handled again by the next", async () => {
  const first = consume();
  first.start();
  append(0, event("a", 1), event("a", 2));
  await until(() => received.length === 2);
  await first.stop();
  expect(broker.committedOffsets(GROUP, TOPIC)[0]).toBe(2);
  consume().start();
  append(0, event("a", 3));
  await until(() => received.length === 3);
  expect(offsets()).toEqual([0, 1, 2]);
});

describe("bad records", () => {
  test("are counted and reported by cause, and the next good one follows", async () => {
    consume({ maxPayloadBytes: 1000 }).start();
    const bare = event("a", 1).subarray(1);
    append(0, BAD, null, event("a", 1, { schemaVersion: 2 }), bare, Buffer.alloc(2000), event("a", 2));
    await until(() => received.length === 1);
    expect(rejected.map(({ offset, errorType }) => [offset, errorType])).toEqual([
      [0, "buffer_underflow"],
      [1, "payload_missing"],
      [2, "schema_mismatch"],
      [3, "invalid_protobuf"],
      [4, "payload_too_large"],
    ]);
    expect(count("dashstream_messages_received_total")).toBe(6);
    expect(count("dashstream_decode_failures_total")).toBe(3);
    expect(count("dashstream_invalid_payloads_total")).toBe(2);
  });

  test("become dead letters of the library, with their payload", async () => {
    consume().withDlq(dlq()).start();
    append(0, BAD, event("a", 1));
    await until(() => received.length === 1);
    expect(await letters()).toMatchObject([
      { error_type: "buffer_underflow", original_payload_base64: BAD.toString("base64"), kafka_offset: 0 },
    ]);
    expect(count("dashstream_dlq_sends_total")).toBe(1);
  });

  test("without framing byte are good for a compatible reader, other versions for a forward one", async () => {
    consume({ framing: "compatible", schemaPolicy: "forward" }).start();
    append(0, event("a", 1).subarray(1), event("a", 2, { schemaVersion: 2 }));
    await until(() => received.length === 2);
    expect(rejected).toEqual([]);
  });
});

describe("a handler that fails", () => {
  test("makes a dead letter of the record, and the next one follows", async () => {
    const consumer = consume({
      async onMessage(message) {
        received.push(message);
        reports.changed();
        if (message.offset === 0) throw new Error("no such order");
      },
    });
    consumer.withDlq(dlq()).start();
    append(0, event("a", 1), event("a", 2));
    await until(() => received.length === 2);
    expect(await letters()).toMatchObject([
      { error_type: "processing_error", error: "no such order", thread_id: "a", kafka_offset: 0 },
    ]);
    expect(count("dashstream_processing_failures_total")).toBe(1);
  });

  test("gets the record again where there is nowhere to keep it, and its number counts once", async () => {
    let failures = 2;
    consume({
      onMessage(message) {
        received.push(message);
        reports.changed();
        if (message.offset === 1 && failures-- > 0) throw new Error("not now");
      },
    }).start();
    append(0, event("a", 1), event("a", 2), event("a", 3));
    await until(() => received.length === 5);
    expect(offsets()).toEqual([0, 1, 1, 1, 2]);
    expect(count("dashstream_messages_received_total")).toBe(3);
    expect(count("dashstream_sequence_duplicates_total")).toBe(0);
    expect(count("dashstream_processing_failures_total")).toBe(2);
  });
});

describe("policy halt", () => {
  test("stops a thread at its gap; what follows is kept, listed, and goes on after a reset", async () => {
    const consumer = consume({ gapPolicy: "halt" });
    consumer.withDlq(dlq()).start();
    append(0, event("a", 1), event("a", 3), event("b", 1), event("a", 4));
    await until(() => received.length === 2 && rejected.length === 2);
    expect(rejected.map(({ errorType }) => errorType)).toEqual(["thread_halted", "thread_halted"]);
    const gap = { partition: 0, threadId: "a", expected: 2, received: 3, size: 1 };
    expect(consumer.haltedThreads()).toEqual([gap]);
    expect(metrics.gauge("dashstream_sequence_halted_threads").value).toBe(1);
    expect(consumer.resetThread("a")).toBe(true);
    append(0, event("a", 5), event("b", 3));
    await until(() => received.length === 3 && rejected.length === 3);
    expect(offsets()).toEqual([0, 2, 4]);
    expect(consumer.resetHaltedThreads()).toBe(1);
    append(0, event("b", 9));
    await until(() => received.length === 4);
  });

  test("off checks no numbers", async () => {
    consume({ gapPolicy: "off" }).start();
    append(0, event("a", 1), event("a", 9), event("a", 9));
    await until(() => received.length === 3);
    expect(received.map(({ sequence }) => sequence)).toEqual([null, null, null]);
    expect(count("dashstream_sequence_duplicates_total")).toBe(0);
  });
});

test("in closed mode a partition waits for its dead letter, and nothing is handed over twice when it goes on", async () => {
  const consumer = consume();
  consumer.withDlq(dlq({ mode: "fail_closed" })).start();
  const refusal = broker.control("Produce", () => ({ kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }));
  append(0, event("a", 1), BAD, event("a", 3));
  append(1, event("b", 1));
  await eventually(() => consumer.waitingPartitions().length > 0 && received.length === 3);
  append(0, event("a", 4));
  append(1, event("b", 2));
  await until(() => offsets(1).length === 2);
  expect(consumer.partitions.get(0)?.position).toBe(0);
  refusal.remove();
  await until(() => offsets(0).length === 3);
  expect(offsets(0)).toEqual([0, 2, 3]);
  expect(await letters()).toHaveLength(1);
});

describe("a reader of one partition", () => {
  test("reads that one only, and a second one stands by until it takes over", async () => {
    const first = consume({ partition: 1 });
    first.start();
    append(0, event("a", 1));
    append(1, event("b", 1));
    await until(() => received.length === 1);
    expect([...first.partitions.keys()]).toEqual([1]);
    const second = consume({ partition: 1 });
    second.start();
    await eventually(() => second.joined && first.joined);
    append(1, event("b", 2));
    await until(() => received.length === 2);
    await Promise.all(
      [first, second].filter(({ partitions }) => partitions.size > 0).map((reader) => reader.stop()),
    );
    append(1, event("b", 3));
    await until(() => received.length >= 3);
    expect(new Set(offsets(1))).toEqual(new Set([0, 1, 2]));
    expect(offsets(0)).toEqual([]);
  });
});

test("a stop waits for dead letters that are under way", async () => {
  const consumer = consume();
  consumer.withDlq(dlq()).start();
  const slow = broker.control("Produce", () => ({ kind: "delay", delayMs: 300 }), { topic: DLQ });
  append(0, BAD, event("a", 1));
  await until(() => received.length === 1);
  await consumer.stop();
  expect(slow.hits).toBe(1);
  expect(broker.endOffsets(DLQ)).toEqual([1]);
});

test("a topic made anew under the same name is read from its start", async () => {
  consume().start();
  append(0, event("a", 1), event("a", 2), event("a", 3));
  await until(() => received.length === 3);
  broker.deleteTopic(TOPIC);
  broker.createTopic(TOPIC);
  append(0, event("b", 1));
  await until(() => received.length === 4);
  expect(offsets()).toEqual([0, 1, 2, 0]);
});

test("numbering of a partition that was read elsewhere for a while begins anew", async () => {
  const first = consume();
  first.start();
  append(0, event("a", 1));
  append(1, event("b", 1));
  await until(() => received.length === 2);
  const second = consume({ onMessage: () => reports.changed() });
  second.start();
  await eventually(() => second.partitions.size === 1 && first.partitions.size === 1);
  const [moved = -1] = second.partitions.keys();
  await second.stop();
  await eventually(() => first.partitions.size === 2);
  append(moved, event(moved === 0 ? "a" : "b", 9));
  await until(() => received.length === 3);
  expect(received[2]).toMatchObject({ partition: moved, sequence: "baseline" });
  expect(count("dashstream_sequence_gaps_total")).toBe(0);
});

test("the lag is right also while a handler is busy", async () => {
  const busy = Promise.withResolvers<void>();
  const consumer = consume({ onMessage: () => busy.promise });
  consumer.start();
  append(0, event("a", 1));
  await eventually(() => consumer.partitions.get(0)?.active.pending === 1);
  append(0, event("a", 2), event("a", 3));
  await consumer.refreshLag();
  expect(consumer.partitions.get(0)?.lag).toBe(3);
  busy.resolve();
});
