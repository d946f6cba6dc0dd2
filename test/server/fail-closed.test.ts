// Dead letters in closed mode, as an operator meets them: with a topic that refuses writes, on the embedded broker.

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import type { ControlRule } from "../../sim/control/rules.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { type RunningAppliance, startAppliance } from "../support/appliance.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { event } from "./pipeline-rig.ts";

const TOPIC = "telemetry";
const DLQ = "telemetry-dlq";
const GROUP = "websocket-server-v4";
const BAD = Buffer.from("bad");

let broker: Broker;
let running: RunningAppliance | null = null;
let refusal: ControlRule;
let logged: unknown[];
/** Dead letters refused so far, and who waits for more of them. */
let onRefusal: () => void = () => {};

beforeEach(async () => {
  logged = [];
  broker = await startEmbeddedBroker();
  broker.createTopic(TOPIC, { partitions: 2 });
  broker.createTopic(DLQ);
  refusal = broker.control(
    "Produce",
    () => {
      queueMicrotask(() => onRefusal());
      return { kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" };
    },
    { topic: DLQ },
  );
});
afterEach(async () => {
  await running?.stop();
  running = null;
  await broker.stop();
});

async function start(env: Record<string, string> = {}): Promise<void> {
  running = await startAppliance({
    brokers: broker.bootstrap,
    topic: TOPIC,
    env: { DLQ_FAIL_CLOSED: "true", DLQ_SEND_TIMEOUT_SECS: "1", ...env },
    log: {
      ...silentLog,
      warn: (msg, fields) => logged.push([msg, fields]),
      info: (msg, fields) => logged.push([msg, fields]),
    },
  });
}

const append = (partition: number, ...values: Buffer[]) =>
  broker.append(
    TOPIC,
    partition,
    values.map((value) => ({ timestampMs: 0, key: null, value })),
  );

/** Resolves when `count` more dead letters were refused. */
function refusals(count: number): Promise<void> {
  return new Promise((resolve) => {
    onRefusal = () => {
      if (--count === 0) resolve();
    };
  });
}

const get = async (path: string) => fetch(`${running?.url}${path}`);
const health = async () => (await get("/health")).json();
const metric = async (series: string) => {
  const lines = (await (await get("/metrics")).text()).split("\n");
  return Number(lines.find((text) => text.startsWith(`${series} `))?.slice(series.length + 1));
};
const handled = (partition: number, end: number) =>
  running?.appliance.pipeline.handledUpTo(new Map([[partition, end]]));

/** Asks again whenever the server had a turn. */
async function until(done: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setImmediate(resolve));
}

test("a partition stands still at a bad record, the other goes on, and nothing is lost once the topic takes writes", async () => {
  await start();
  append(0, event("a", 1), BAD, event("a", 3));
  await refusals(3);
  append(0, event("a", 4));
  append(1, event("b", 1), event("b", 2));
  await handled(1, 2);
  await until(async () => (await health()).dlq_health.waiting_partitions.length > 0);

  const { dlq_health } = await health();
  expect(dlq_health).toMatchObject({
    mode: "fail_closed",
    status: "degraded",
    sends: 0,
    waiting_partitions: [0],
    in_flight: 1,
  });
  expect(dlq_health.failures_by_reason.kafka_error).toBeGreaterThanOrEqual(3);
  expect(await metric("websocket_dlq_waiting_partitions")).toBe(1);
  expect(await metric('websocket_dlq_mode{mode="fail_closed"}')).toBe(1);
  expect(await metric('websocket_dlq_send_failures_total{reason="kafka_error"}')).toBeGreaterThanOrEqual(3);
  expect(await metric('websocket_kafka_consumer_lag{partition="0"}')).toBeGreaterThan(0);

  refusal.remove();
  await handled(0, 4);
  await until(() => broker.endOffsets(DLQ)[0] === 1);
  await until(async () => (await health()).dlq_health.waiting_partitions.length === 0);
  expect(await metric('websocket_dlq_sends_total{error_type="buffer_underflow"}')).toBe(1);
  await running?.stop();
  expect(broker.committedOffsets(GROUP, TOPIC)).toEqual([4, 2]);
});

test("a server that waits long for its dead letters is not ready, and says which partitions wait", async () => {
  await start();
  append(1, BAD);
  await until(async () => {
    const { reasons } = await (await get("/readyz")).json();
    return reasons.some((reason: string) => reason === "partitions 1 wait for their dead letters");
  });
  expect((await get("/readyz")).status).toBe(503);
  expect(logged).toContainEqual([
    "partition waits for its dead letters and is not read meanwhile",
    { partition: 1, offset: 0 },
  ]);
  expect(await (await get("/admin/partitions")).json()).toEqual({
    paused: [],
    waiting_for_dead_letters: [1],
  });
  refusal.remove();
  await until(async () => (await get("/readyz")).status === 200);
  expect(logged).toContainEqual([
    "partition goes on: its dead letters are written",
    { partition: 1, waited_ms: expect.any(Number) },
  ]);
});

test("a server that is stopped while it waits reads the bad record again, and writes its letter then", async () => {
  await start();
  append(0, event("a", 1), BAD, event("a", 3));
  await refusals(2);
  await running?.stop();
  expect(broker.committedOffsets(GROUP, TOPIC)[0]).toBeLessThanOrEqual(1);
  expect(broker.endOffsets(DLQ)).toEqual([0]);
  refusal.remove();
  await start();
  await running?.appliance.handledUpTo(new Map([[0, 3]]));
  expect(broker.endOffsets(DLQ)).toEqual([1]);
});

test("without its topic the server is not ready from the start", async () => {
  broker.deleteTopic(DLQ);
  await start();
  await until(async () => {
    const { reasons } = await (await get("/readyz")).json();
    return reasons.join() === `dlq topic ${DLQ} does not exist`;
  });
  expect((await health()).dlq_health.status).toBe("degraded");
});
