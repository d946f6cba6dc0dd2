import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Kafka, logLevel } from "kafkajs";
import type { Broker } from "../../sim/broker/broker.ts";
import { type Clock, systemClock } from "../../src/runtime/clock.ts";
import { systemNetwork } from "../../src/runtime/network.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { serverDeadLetterMetrics } from "../../src/server/dead-letter-metrics.ts";
import type { DeadLetter } from "../../src/stream/dead-letter.ts";
import { DlqHandler, type DlqHandlerOptions } from "../../src/stream/dlq-handler.ts";
import { createKafkaAdmin, type KafkaAdmin } from "../../src/stream/kafka-admin.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
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
  headers: undefined,
  timestampMs: null,
  header: null,
  messageCount: 1,
};

let broker: Broker;
let admin: KafkaAdmin;
let queue: DlqHandler;

beforeEach(async () => {
  broker = await startBroker();
});
afterEach(async () => {
  await queue.close(0);
  await admin.close();
  await broker.stop();
});

type HandlerSetup = Partial<
  Pick<DlqHandlerOptions, "maxInFlight" | "sendTimeoutMs" | "maxAttempts" | "clock" | "counts" | "backoff">
>;

function open(options: HandlerSetup = {}, includePayload = false) {
  const metrics = createMetrics({
    catalogue: CATALOGUE,
    component: "websocket-server",
  });
  const clock = options.clock ?? systemClock;
  const shared = { settings: settingsOf(broker), network: systemNetwork, clock, log: silentLog };
  admin = createKafkaAdmin({ ...shared, onSocketError: () => {} });
  queue = new DlqHandler({
    ...shared,
    counts: serverDeadLetterMetrics(metrics, "fail_open"),
    ...options,
    topic: DLQ,
    origin: { topic: "telemetry", groupId: "g", consumerId: "c", includePayload },
    admin,
    random: seededRandom(3),
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
  queue.fireAndForget(LETTER);
  queue.fireAndForget({ ...LETTER, errorType: "schema_mismatch" });
  expect(queue.health().in_flight).toBe(2);
  await queue.settled();
  expect(metrics.counter("websocket_dlq_sends_total", { error_type: "schema_mismatch" }).value).toBe(1);
  expect(queue.health()).toMatchObject({ mode: "fail_open", status: "healthy", sends: 2, in_flight: 0 });
  const read = await letters();
  expect(read.map(({ error_type }) => error_type)).toEqual(["invalid_protobuf", "schema_mismatch"]);
  expect(read[0]?.key).toBe(read[0]?.trace_id);
});

test("who waits until it is settled what becomes of a letter goes on when it is written, lost or dropped", async () => {
  broker.createTopic(DLQ);
  open({ maxInFlight: 1 });
  const rule = broker.control("Produce", () => ({ kind: "delay", delayMs: 100 }));
  const written = queue.fireAndSettle(LETTER);
  await queue.fireAndSettle(LETTER);
  expect(queue.health()).toMatchObject({ sends: 0, in_flight: 1, failures_by_reason: { backpressure: 1 } });
  await written;
  expect(queue.health()).toMatchObject({ sends: 1, in_flight: 0 });
  rule.remove();
  broker.control("Produce", () => ({ kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }));
  await queue.fireAndSettle(LETTER);
  expect(queue.health()).toMatchObject({ sends: 1, in_flight: 0, failures_by_reason: { kafka_error: 1 } });
});

describe("a dead letter that cannot be written is counted by what happened last", () => {
  const failures = () => queue.health().failures_by_reason;

  test("kafka_error: the topic does not exist", async () => {
    open();
    queue.fireAndForget(LETTER);
    await queue.settled();
    expect(failures()).toEqual({ timeout: 0, kafka_error: 1, backpressure: 0 });
    expect(queue.health().status).toBe("degraded");
  });

  test("kafka_error: the broker answers with an error", async () => {
    broker.createTopic(DLQ);
    open();
    broker.control("Produce", () => ({ kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }));
    queue.fireAndForget(LETTER);
    await queue.settled();
    expect(failures()).toEqual({ timeout: 0, kafka_error: 1, backpressure: 0 });
  });

  test("kafka_error: the connection is refused; after the broker is back the next one is written", async () => {
    broker.createTopic(DLQ);
    open();
    await broker.down();
    queue.fireAndForget(LETTER);
    await queue.settled();
    expect(failures()).toEqual({ timeout: 0, kafka_error: 1, backpressure: 0 });
    await broker.up();
    queue.fireAndForget(LETTER);
    await queue.settled();
    expect(queue.health().sends).toBe(1);
  });

  test("timeout: no answer in time; an acknowledgement that comes later counts neither way", async () => {
    broker.createTopic(DLQ);
    open({ sendTimeoutMs: 200 });
    const rule = broker.control("Produce", () => ({ kind: "hang" }));
    queue.fireAndForget(LETTER);
    await queue.settled();
    expect(failures()).toEqual({ timeout: 1, kafka_error: 0, backpressure: 0 });
    rule.remove();
    queue.fireAndForget(LETTER);
    await queue.settled();
    expect(queue.health()).toMatchObject({ sends: 1, failures_by_reason: { timeout: 1 } });
  });

  test("backpressure: no slot is free", async () => {
    broker.createTopic(DLQ);
    open({ maxInFlight: 2 });
    for (let i = 0; i < 5; i++) queue.fireAndForget(LETTER);
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
  for (let offset = 0; offset < 4; offset++) queue.fireAndForget({ ...LETTER, offset });
  const error = "\u0001".repeat(4_000);
  queue.fireAndForget({ ...LETTER, offset: 4, error });
  await queue.settled();
  expect(queue.health()).toMatchObject({ sends: 4, failures_by_reason: { kafka_error: 1 }, in_flight: 0 });
  const read = await letters();
  expect(read.map(({ kafka_offset }) => kafka_offset)).toEqual([0, 1, 2, 3]);
});

test("a letter that is too large for the topic is written without its payload rather than never", async () => {
  broker.createTopic(DLQ, { config: { "max.message.bytes": "8000" } });
  open({}, true);
  await queue.sendUntilAcknowledged({ ...LETTER, value: Buffer.alloc(10_000) });
  expect(queue.health()).toMatchObject({ sends: 1, failures_by_reason: { kafka_error: 0 } });
  expect(await letters()).toMatchObject([
    { original_payload_base64: null, original_payload_size_bytes: 10_000, original_payload_truncated: true },
  ]);
});

test("letters for a partition that takes none do not fail those for another", async () => {
  broker.createTopic(DLQ, { partitions: 2 });
  open();
  await queue.send(LETTER);
  const refused = broker.endOffsets(DLQ).indexOf(1);
  broker.control("Produce", () => ({ kind: "error", error: "NOT_ENOUGH_REPLICAS" }), {
    topic: DLQ,
    partition: refused,
  });
  for (let offset = 0; offset < 20; offset++) queue.fireAndForget({ ...LETTER, offset });
  await queue.settled();
  const { sends, failures_by_reason } = queue.health();
  expect(sends).toBeGreaterThan(3);
  expect(sends - 1 + failures_by_reason.kafka_error).toBe(20);
  expect(broker.endOffsets(DLQ)[1 - refused]).toBe(sends - 1);
});

test("many large letters offered together fit the topic's limit, because they leave in several requests", async () => {
  broker.createTopic(DLQ);
  open({}, true);
  let requests = 0;
  broker.control("Produce", () => {
    requests++;
    return { kind: "pass" };
  });
  for (let offset = 0; offset < 20; offset++)
    queue.fireAndForget({ ...LETTER, offset, value: Buffer.alloc(75_000) });
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

test("a partition that waits for its letters is a degraded state, whatever else is well", async () => {
  broker.createTopic(DLQ);
  open();
  await queue.checkTopic();
  expect(queue.health([3])).toMatchObject({ status: "degraded", waiting_partitions: [3] });
  expect(queue.health([]).status).toBe("healthy");
});

test("closing waits for what is in flight, but not for ever", async () => {
  broker.createTopic(DLQ);
  open();
  broker.control("Produce", () => ({ kind: "hang" }));
  queue.fireAndForget(LETTER);
  expect(await queue.flush(50)).toBe(1);
});

describe("the modes of sending", () => {
  const QUICK = { baseMs: 1, capMs: 1, jitter: [1, 1] } as const;
  let counts: Record<string, number>;

  /** Opens a handler that counts as the library does, against a topic where the first `failures` requests fail. */
  function openCounted(failures: number, options: HandlerSetup = {}) {
    broker.createTopic(DLQ);
    counts = { sent: 0, attemptFailed: 0, retried: 0, lost: 0, dropped: 0 };
    const count = (name: string) => {
      counts[name] = (counts[name] ?? 0) + 1;
    };
    open({
      backoff: QUICK,
      counts: {
        sent: () => count("sent"),
        attemptFailed: (_, retrying) => count(retrying ? "retried" : "attemptFailed"),
        lost: () => count("lost"),
        dropped: () => count("dropped"),
        inFlight: () => {},
      },
      ...options,
    });
    let requests = 0;
    broker.control("Produce", () =>
      ++requests <= failures ? { kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" } : { kind: "pass" },
    );
  }

  const code = async (sending: Promise<void>) =>
    sending.then(
      () => null,
      (error: unknown) => (error as { code: string }).code,
    );

  test("send: waits for Kafka, one attempt", async () => {
    openCounted(1);
    expect(await code(queue.send(LETTER))).toBe("dlq_send_failed");
    expect(counts).toEqual({ sent: 0, attemptFailed: 1, retried: 0, lost: 1, dropped: 0 });
    expect(await code(queue.send(LETTER))).toBeNull();
    expect(counts.sent).toBe(1);
  });

  test("send with retry: a few attempts, each failed one counted, also the last", async () => {
    openCounted(3);
    expect(await code(queue.sendWithRetry(LETTER))).toBe("dlq_send_failed");
    expect(counts).toEqual({ sent: 0, attemptFailed: 0, retried: 3, lost: 1, dropped: 0 });
  });

  test("send with retry: what succeeds in the end is not lost", async () => {
    openCounted(2);
    expect(await code(queue.sendWithRetry(LETTER))).toBeNull();
    expect(counts).toEqual({ sent: 1, attemptFailed: 0, retried: 2, lost: 0, dropped: 0 });
  });

  test("fire and forget: one attempt; without a permit it is dropped", async () => {
    openCounted(1, { maxInFlight: 1 });
    expect(queue.tryFireAndForget(LETTER)).toBe(true);
    expect(queue.tryFireAndForget(LETTER)).toBe(false);
    queue.fireAndForget(LETTER);
    expect(counts.dropped).toBe(2);
    await queue.settled();
    expect(counts).toEqual({ sent: 0, attemptFailed: 1, retried: 0, lost: 1, dropped: 2 });
    queue.fireAndForgetWithRetry(LETTER);
    await queue.settled();
    expect(counts.sent).toBe(1);
  });

  test("fire and forget, blocking: waits for a permit and loses none", async () => {
    openCounted(0, { maxInFlight: 1 });
    await queue.fireAndForgetBlocking(LETTER);
    expect(queue.saturated).toBe(true);
    await queue.fireAndForgetWithRetryBlocking(LETTER);
    expect(counts.sent).toBe(1);
    await queue.settled();
    expect(counts).toEqual({ sent: 2, attemptFailed: 0, retried: 0, lost: 0, dropped: 0 });
  });

  test("fire and forget, blocking: what still waits for a permit is flushed too", async () => {
    openCounted(0, { maxInFlight: 2 });
    for (let i = 0; i < 7; i++) void queue.fireAndForgetBlocking(LETTER);
    expect(await queue.flush(10_000)).toBe(0);
    expect(counts).toEqual({ sent: 7, attemptFailed: 0, retried: 0, lost: 0, dropped: 0 });
  });

  test("until acknowledged: never gives up, and a letter that waits is not counted as lost", async () => {
    openCounted(7);
    await queue.sendUntilAcknowledged(LETTER);
    expect(counts).toEqual({ sent: 1, attemptFailed: 0, retried: 7, lost: 0, dropped: 0 });
    expect(queue.health().failures_by_reason.kafka_error).toBe(7);
  });

  test("until acknowledged: ends when the handler is closed, and says so", async () => {
    openCounted(Number.POSITIVE_INFINITY, { backoff: { baseMs: 60_000, capMs: 60_000, jitter: [1, 1] } });
    const sending = code(queue.sendUntilAcknowledged(LETTER));
    while (counts.retried === 0) await new Promise((resolve) => setImmediate(resolve));
    await queue.close(0);
    expect(await sending).toBe("aborted");
    expect(counts.lost).toBe(0);
  });
});
