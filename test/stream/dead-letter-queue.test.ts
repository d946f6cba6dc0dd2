import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Kafka, logLevel } from "kafkajs";
import type { Broker } from "../../sim/broker/broker.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { DeadLetterQueue } from "../../src/stream/dead-letter-queue.ts";
import type { DeadLetter } from "../../src/stream/dead-letter-sink.ts";
import { createKafkaAdmin, type KafkaAdmin } from "../../src/stream/kafka-admin.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { floodGuard } from "../../src/telemetry/flood.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { settingsOf, startBroker } from "./stream-rig.ts";

const DLQ = "telemetry-dlq";
const LETTER: DeadLetter = {
  errorType: "invalid_protobuf",
  error: "bad",
  partition: 0,
  offset: 1,
  key: null,
  value: Buffer.from("bad"),
  traceparent: null,
  header: null,
  messageCount: 1,
};

let broker: Broker;
let admin: KafkaAdmin;
let queue: DeadLetterQueue;

beforeEach(async () => {
  broker = await startBroker();
});
afterEach(async () => {
  await queue.close(0);
  await admin.close();
  await broker.stop();
});

function open(
  options: { readonly maxInFlight?: number; readonly sendTimeoutMs?: number; readonly clock?: Clock } = {},
) {
  const metrics = createMetrics({
    catalogue: CATALOGUE,
    component: "websocket-server",
    with: { redis: false },
  });
  const clock = options.clock ?? systemClock;
  const shared = { settings: settingsOf(broker), network: systemNetwork, clock, log: silentLog };
  admin = createKafkaAdmin({ ...shared, onSocketError: () => {} });
  queue = new DeadLetterQueue({
    ...shared,
    topic: DLQ,
    origin: { topic: "telemetry", groupId: "g", consumerId: "c", includePayload: false },
    maxInFlight: options.maxInFlight ?? 100,
    sendTimeoutMs: options.sendTimeoutMs ?? 5000,
    admin,
    random: seededRandom(3),
    metrics,
    errors: floodGuard(silentLog, systemClock),
  });
  return metrics;
}

async function letters(): Promise<Record<string, unknown>[]> {
  const kafka = new Kafka({ brokers: broker.bootstrap.split(","), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: "reader" });
  await consumer.connect();
  await consumer.subscribe({ topic: DLQ, fromBeginning: true });
  const wanted = broker.endOffsets(DLQ)[0] ?? 0;
  const read: Record<string, unknown>[] = [];
  const all = Promise.withResolvers<void>();
  await consumer.run({
    eachMessage: async ({ message }) => {
      read.push({ key: String(message.key), ...JSON.parse(String(message.value)) });
      if (read.length >= wanted) all.resolve();
    },
  });
  await all.promise;
  await consumer.disconnect();
  return read;
}

test("a dead letter is written, counted by what was wrong, and readable as JSON under its trace id", async () => {
  broker.createTopic(DLQ);
  const metrics = open();
  queue.offer(LETTER);
  queue.offer({ ...LETTER, errorType: "schema_mismatch" });
  expect(queue.health().in_flight).toBe(2);
  await queue.settled();
  expect(metrics.counter("websocket_dlq_sends_total", { error_type: "schema_mismatch" }).value).toBe(1);
  expect(queue.health()).toMatchObject({ mode: "fail_open", status: "healthy", sends: 2, in_flight: 0 });
  const read = await letters();
  expect(read.map(({ error_type }) => error_type)).toEqual(["invalid_protobuf", "schema_mismatch"]);
  expect(read[0]?.key).toBe(read[0]?.trace_id);
});

describe("a dead letter that cannot be written is counted by what happened last", () => {
  const failures = () => queue.health().failures_by_reason;

  test("kafka_error: the topic does not exist", async () => {
    open();
    queue.offer(LETTER);
    await queue.settled();
    expect(failures()).toEqual({ timeout: 0, kafka_error: 1, backpressure: 0 });
    expect(queue.health().status).toBe("degraded");
  });

  test("kafka_error: the broker answers with an error", async () => {
    broker.createTopic(DLQ);
    open();
    broker.control("Produce", () => ({ kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }));
    queue.offer(LETTER);
    await queue.settled();
    expect(failures()).toEqual({ timeout: 0, kafka_error: 1, backpressure: 0 });
  });

  test("kafka_error: the connection is refused; after the broker is back the next one is written", async () => {
    broker.createTopic(DLQ);
    open();
    await broker.down();
    queue.offer(LETTER);
    await queue.settled();
    expect(failures()).toEqual({ timeout: 0, kafka_error: 1, backpressure: 0 });
    await broker.up();
    queue.offer(LETTER);
    await queue.settled();
    expect(queue.health().sends).toBe(1);
  });

  test("timeout: no answer in time; an acknowledgement that comes later counts neither way", async () => {
    broker.createTopic(DLQ);
    open({ sendTimeoutMs: 200 });
    const rule = broker.control("Produce", () => ({ kind: "hang" }));
    queue.offer(LETTER);
    await queue.settled();
    expect(failures()).toEqual({ timeout: 1, kafka_error: 0, backpressure: 0 });
    rule.remove();
    queue.offer(LETTER);
    await queue.settled();
    expect(queue.health()).toMatchObject({ sends: 1, failures_by_reason: { timeout: 1 } });
  });

  test("backpressure: no slot is free", async () => {
    broker.createTopic(DLQ);
    open({ maxInFlight: 2 });
    for (let i = 0; i < 5; i++) queue.offer(LETTER);
    expect(failures()).toEqual({ timeout: 0, kafka_error: 0, backpressure: 3 });
    await queue.settled();
    expect(queue.health().sends).toBe(2);
  });
});

test("a missing topic is said at start and shows in the health report", async () => {
  open();
  await queue.checkTopic();
  expect(queue.health().status).toBe("degraded");
  broker.createTopic(DLQ);
  await queue.checkTopic();
  expect(queue.health().status).not.toBe("degraded");
});

test("a topic that could not be used is looked for again until it is there", async () => {
  let lookAgain = () => {};
  const clock: Clock = {
    ...systemClock,
    after(delayMs, run) {
      if (delayMs !== 30_000) return systemClock.after(delayMs, run);
      lookAgain = run;
      return { cancel: () => {} };
    },
  };
  open({ clock });
  await queue.checkTopic();
  expect(queue.health().status).toBe("degraded");
  broker.createTopic(DLQ);
  lookAgain();
  while (queue.health().status === "degraded") await new Promise((resolve) => setImmediate(resolve));
});

test("letters offered together share their fate only as far as they must: one that is too large is alone lost", async () => {
  broker.createTopic(DLQ, { config: { "max.message.bytes": "8000" } });
  open();
  for (let offset = 0; offset < 4; offset++) queue.offer({ ...LETTER, offset });
  queue.offer({ ...LETTER, offset: 4, error: "x".repeat(10_000) });
  await queue.settled();
  expect(queue.health()).toMatchObject({ sends: 4, failures_by_reason: { kafka_error: 1 }, in_flight: 0 });
  const read = await letters();
  expect(read.map(({ kafka_offset }) => kafka_offset)).toEqual([0, 1, 2, 3]);
});

test("many large letters offered together fit the topic's limit, because they leave in several requests", async () => {
  broker.createTopic(DLQ);
  open();
  let requests = 0;
  broker.control("Produce", () => {
    requests++;
    return { kind: "pass" };
  });
  for (let offset = 0; offset < 20; offset++) queue.offer({ ...LETTER, offset, error: "x".repeat(100_000) });
  await queue.settled();
  expect(requests).toBe(10);
  expect(queue.health()).toMatchObject({ sends: 20, failures_by_reason: { kafka_error: 0 } });
});

test("whether dead letters can be written is unknown until somebody looked", async () => {
  broker.createTopic(DLQ);
  open();
  expect(queue.health().status).toBe("unknown");
  await queue.checkTopic();
  expect(queue.health().status).toBe("healthy");
});

test("closing waits for what is in flight, but not for ever", async () => {
  broker.createTopic(DLQ);
  open();
  broker.control("Produce", () => ({ kind: "hang" }));
  queue.offer(LETTER);
  expect(await queue.flush(50)).toBe(1);
});
