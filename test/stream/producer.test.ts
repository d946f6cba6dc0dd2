// The library's producer on the embedded broker, read back by the library's consumer.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { Consumer } from "../../src/stream/consumer.ts";
import { libraryDeadLetterMetrics } from "../../src/stream/dead-letter-metrics.ts";
import { DlqHandler } from "../../src/stream/dlq-handler.ts";
import { Producer, type ProducerOptions } from "../../src/stream/producer.ts";
import { createRangeReader } from "../../src/stream/range-reader.ts";
import type { ReceivedMessage } from "../../src/stream/received-message.ts";
import { createStreamMetrics, systemSeams } from "../../src/stream/seams.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import type { DashStreamMessageInit, Header } from "../../src/wire/model.ts";
import { Reports, settingsOf, startBroker, TOPIC } from "./stream-rig.ts";

const DLQ = "dashstream-dlq";

let broker: Broker;
let metrics: Metrics;
let producer: Producer;

beforeEach(async () => {
  broker = await startBroker(2);
  metrics = createStreamMetrics();
});
afterEach(async () => {
  await producer.close();
  await broker.stop();
});

function produce(options: Partial<ProducerOptions> = {}): Producer {
  producer = new Producer({
    ...systemSeams(),
    settings: settingsOf(broker),
    topic: TOPIC,
    metrics,
    ...options,
  });
  return producer;
}

const event = (threadId: string, nodeId = "n"): DashStreamMessageInit => ({
  event: { header: { threadId, tenantId: "acme" }, nodeId },
});

/** All messages of the topic, as a consumer gets them. */
async function consumed(count: number): Promise<ReceivedMessage[]> {
  const received: ReceivedMessage[] = [];
  const reports = new Reports();
  const consumer = new Consumer({
    ...systemSeams(),
    settings: settingsOf(broker),
    topic: TOPIC,
    groupId: "reader",
    metrics,
    onMessage(message) {
      received.push(message);
      reports.changed();
    },
  });
  consumer.start();
  await reports.until(() => received.length >= count);
  await consumer.stop();
  return received;
}

function headersOf({ message }: ReceivedMessage): (Header | undefined)[] {
  if (message.message === "eventBatch") return message.eventBatch.events.map(({ header }) => header);
  return message.message === "event" ? [message.event.header] : [];
}
const numbersOf = (received: readonly ReceivedMessage[], thread: string) =>
  received
    .flatMap(headersOf)
    .filter((header) => header?.threadId === thread)
    .map((header) => Number(header?.sequence));

async function code(sending: Promise<void>): Promise<string | null> {
  return sending.then(
    () => null,
    (error: unknown) => (error as { code: string }).code,
  );
}

const count = (name: string, labels = {}) => metrics.counter(name, labels).value;
const refusals = (reason: string) => count("dashstream_send_refusals_total", { reason });

/** The first `times` requests are refused with an error that kafkajs does not retry by itself. */
const refuseFirst = (times: number) =>
  broker.control("Produce", () => ({ kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }), {
    times,
    topic: TOPIC,
  });

describe("numbering", () => {
  test("counts each thread from 1, through single messages and batches, in the order of the calls", async () => {
    produce();
    const batch: DashStreamMessageInit = {
      eventBatch: {
        header: { threadId: "a" },
        events: [{ header: { threadId: "a" } }, { header: { threadId: "a" } }, { header: { threadId: "b" } }],
      },
    };
    await Promise.all([event("a"), event("b"), batch, event("a"), event("b")].map((m) => producer.send(m)));
    const received = await consumed(5);
    expect(numbersOf(received, "a")).toEqual([1, 2, 3, 4]);
    expect(numbersOf(received, "b").sort()).toEqual([1, 2, 3]);
    expect(count("dashstream_sequence_gaps_total")).toBe(0);
    expect(count("dashstream_messages_sent_total")).toBe(5);
  });

  test("is kept by a message that has a number", async () => {
    produce();
    await producer.send({ event: { header: { threadId: "a", sequence: 41 } } });
    await producer.send(event("a"));
    expect(numbersOf(await consumed(2), "a")).toEqual([41, 42]);
  });

  test("is not used up by what is refused", async () => {
    produce({ maxMessageBytes: 2000, compression: null });
    await producer.send(event("a"));
    expect(await code(producer.send(event("a", "x".repeat(3000))))).toBe("message_too_large");
    expect(await code(producer.send({ event: { header: { threadId: "a", timestampUs: 1.5 } } }))).toBe(
      "message_invalid",
    );
    await producer.send(event("a"));
    expect(numbersOf(await consumed(2), "a")).toEqual([1, 2]);
    expect([refusals("message_too_large"), refusals("message_invalid")]).toEqual([1, 1]);
  });
});

test("what a header lacks is completed: id, time, tenant, schema version; the thread is the key", async () => {
  produce();
  await producer.send({ event: { header: { threadId: "ä/1" } } });
  const [message] = await consumed(1);
  expect(message?.key?.toString()).toBe("ä/1");
  const [header] = message ? headersOf(message) : [];
  expect(header).toMatchObject({ tenantId: "default", schemaVersion: 1 });
  expect(header?.messageId).toHaveLength(16);
  expect(header?.timestampUs).toBeGreaterThan(1_700_000_000_000_000n);
});

test("a message without a thread is refused, because nobody knew where to put it", async () => {
  produce();
  expect(await code(producer.send({ event: { nodeId: "n" } }))).toBe("message_invalid");
});

test("large messages are compressed, small ones are not", async () => {
  produce();
  await producer.send(event("a", "x".repeat(2000)));
  await producer.send(event("a"));
  const reader = createRangeReader({ ...systemSeams(), settings: settingsOf(broker) });
  const firstBytes: (number | undefined)[] = [];
  for (const partition of [0, 1]) {
    for await (const page of reader.read(TOPIC, partition, 0, 10)) {
      firstBytes.push(...page.map(({ value }) => value?.[0]));
    }
  }
  await reader.close();
  expect(firstBytes).toEqual([1, 0]);
});

describe("failures", () => {
  test("are tried again, and messages that wait behind keep their order", async () => {
    produce();
    refuseFirst(2);
    await Promise.all(["1", "2", "3"].map((node) => producer.send(event("a", node))));
    const received = await consumed(3);
    expect(numbersOf(received, "a")).toEqual([1, 2, 3]);
    expect(received.map(({ offset }) => offset)).toEqual([0, 1, 2]);
    expect(count("dashstream_send_retries_total")).toBeGreaterThanOrEqual(2);
    expect(count("dashstream_send_failures_total")).toBe(0);
  });

  test("hold up what is sent after them, which therefore arrives after them", async () => {
    produce();
    const refused = Promise.withResolvers<void>();
    broker.control(
      "Produce",
      () => {
        queueMicrotask(refused.resolve);
        return { kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" };
      },
      { times: 1, topic: TOPIC },
    );
    const first = producer.send(event("a"));
    await refused.promise;
    await Promise.all([first, producer.send(event("a")), producer.send(event("a"))]);
    expect(numbersOf(await consumed(3), "a")).toEqual([1, 2, 3]);
  });

  test("of a partition that takes no records are its own: the others get theirs, once", async () => {
    produce({ maxAttempts: 2 });
    await producer.send(event("a"));
    const refused = broker.endOffsets(TOPIC).indexOf(1);
    const other = 1 - refused;
    broker.control("Produce", () => ({ kind: "error", error: "NOT_ENOUGH_REPLICAS" }), {
      topic: TOPIC,
      partition: refused,
    });
    const threads = Array.from({ length: 20 }, (_, i) => `t${i}`);
    const codes = await Promise.all(threads.map((thread) => code(producer.send(event(thread)))));
    const written = codes.filter((result) => result === null).length;
    expect(written).toBeGreaterThan(3);
    expect(new Set(codes)).toEqual(new Set([null, "kafka_send_failed"]));
    expect(broker.endOffsets(TOPIC)[other]).toBe(written);
    expect(count("dashstream_messages_sent_total")).toBe(1 + written);
    expect(count("dashstream_send_failures_total")).toBe(20 - written);
  });

  test("of a partition that takes no records are sorted out also among the first messages of all", async () => {
    broker.control("Produce", () => ({ kind: "error", error: "NOT_ENOUGH_REPLICAS" }), {
      topic: TOPIC,
      partition: 0,
    });
    produce({ maxAttempts: 2 });
    const threads = Array.from({ length: 20 }, (_, i) => `t${i}`);
    const codes = await Promise.all(threads.map((thread) => code(producer.send(event(thread)))));
    expect(codes.filter((result) => result === null).length).toBeGreaterThan(3);
    expect(codes.filter((result) => result === "kafka_send_failed").length).toBeGreaterThan(3);
  });

  test("after the last attempt reject, are counted, and become dead letters of the producer", async () => {
    broker.createTopic(DLQ);
    const handler = new DlqHandler({
      ...systemSeams(),
      settings: settingsOf(broker),
      topic: DLQ,
      origin: { topic: TOPIC, groupId: "", consumerId: "app", includePayload: true },
      counts: libraryDeadLetterMetrics(metrics),
    });
    produce({ maxAttempts: 2 }).withDlq(handler);
    refuseFirst(2);
    expect(await code(producer.send(event("a")))).toBe("kafka_send_failed");
    await handler.close();
    expect(count("dashstream_send_retries_total")).toBe(2);
    expect(count("dashstream_send_failures_total")).toBe(1);
    const reader = createRangeReader({ ...systemSeams(), settings: settingsOf(broker) });
    for await (const [letter] of reader.read(DLQ, 0, 0, 1)) {
      expect(JSON.parse(String(letter?.value))).toMatchObject({
        error_type: "kafka_send_error",
        source_topic: TOPIC,
        source_partition: -1,
        source_offset: -1,
        consumer_id: "producer:acme",
        thread_id: "a",
        tenant_id: "acme",
      });
    }
    await reader.close();
    expect(count("dashstream_dlq_sends_total")).toBe(1);
  });

  test("of one message that is too large for the topic do not touch those sent with it", async () => {
    broker.createTopic("narrow", { config: { "max.message.bytes": "3000" } });
    produce({ topic: "narrow", compression: null });
    const sent = ["1", "x".repeat(5000), "3"].map((node) => code(producer.send(event("a", node))));
    expect(await Promise.all(sent)).toEqual([null, "kafka_send_failed", null]);
    expect(broker.endOffsets("narrow")).toEqual([2]);
  });
});

test("more messages than may wait are refused", async () => {
  produce({ maxQueued: 2 });
  const sent = ["1", "2", "3"].map((node) => code(producer.send(event("a", node))));
  expect(await Promise.all(sent)).toEqual([null, null, "queue_full"]);
  expect(refusals("queue_full")).toBe(1);
  await producer.send(event("a"));
  expect(numbersOf(await consumed(3), "a")).toEqual([1, 2, 3]);
});

test("a limiter that answers late does not change the order of a thread", async () => {
  const late = Promise.withResolvers<boolean>();
  const checks = [late.promise, true, Promise.resolve(false), true];
  produce({ limiter: { check: () => checks.shift() ?? true } });
  const sends = ["first", "second", "refused", "fourth"].map((nodeId) =>
    code(producer.send(event("a", nodeId))),
  );
  await new Promise((resolve) => setImmediate(resolve));
  late.resolve(true);
  expect(await Promise.all(sends)).toEqual([null, null, "rate_limited", null]);
  const received = await consumed(3);
  const nodes = received.map(({ message }) => (message.message === "event" ? message.event.nodeId : ""));
  expect(nodes).toEqual(["first", "second", "fourth"]);
  expect(numbersOf(received, "a")).toEqual([1, 2, 3]);
});

test("settings that contradict each other are refused before anything is sent", () => {
  produce();
  expect(() => produce({ settings: { ...settingsOf(broker), brokers: ["a:b:c"] } })).toThrow(
    'KAFKA_BROKERS has "a:b:c"',
  );
});

test("a tenant over its limit is refused by name, others are not", async () => {
  produce({ limiter: { check: (tenant) => (tenant === "slow" ? Promise.resolve(false) : true) } });
  const sending = producer.send({ event: { header: { threadId: "b", tenantId: "slow" } } });
  const message = await sending.then(
    () => "",
    (error: unknown) => (error as Error).message,
  );
  expect(message).toBe("Rate limit exceeded for tenant: slow");
  await producer.send(event("a"));
  expect(refusals("rate_limited")).toBe(1);
  expect(numbersOf(await consumed(1), "b")).toEqual([]);
});
