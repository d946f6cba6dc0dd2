// The appliance as its users meet it: over HTTP and WebSocket on loopback, with the embedded broker as Kafka.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { type Log, silentLog } from "../../src/telemetry/log.ts";
import { type RunningAppliance, startAppliance } from "../support/appliance.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { connectStream, type StreamClient, type StreamClientOptions } from "../support/stream-client.ts";
import { event } from "./pipeline-rig.ts";

const TOPIC = "telemetry";
const GROUP = "websocket-server-v4";

let broker: Broker;
let running: RunningAppliance | null = null;

beforeEach(async () => {
  broker = await startEmbeddedBroker();
  broker.createTopic(TOPIC);
});
afterEach(async () => {
  await running?.stop();
  running = null;
  await broker.stop();
});

async function start(env: Record<string, string> = {}, log?: Log): Promise<RunningAppliance> {
  running = await startAppliance({
    brokers: broker.bootstrap,
    topic: TOPIC,
    env,
    ...(log === undefined ? {} : { log }),
  });
  return running;
}

function append(...values: (Buffer | null)[]): void {
  broker.append(
    TOPIC,
    0,
    values.map((value) => ({ timestampMs: 0, key: Buffer.from("t"), value })),
  );
}

/** Everything appended so far was handled, and every dead letter settled. */
function handled(): Promise<void> {
  const ends = new Map(broker.endOffsets(TOPIC).entries());
  return running?.appliance.handledUpTo(ends) ?? Promise.reject(new Error("not started"));
}

/** A client that also collects offsets, with a way to wait for a number of them or for a control frame. */
async function client(options: StreamClientOptions = {}) {
  const offsets: number[] = [];
  let wake = () => {};
  const stream: StreamClient = await connectStream(running?.wsUrl ?? "", {
    ...options,
    onRecord: ({ offset }) => {
      offsets.push(offset);
      wake();
    },
    onControl: () => wake(),
  });
  const until = async (done: () => boolean) => {
    while (!done()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    stream,
    offsets,
    received: (count: number) => until(() => offsets.length >= count),
    control: async (type: string) => {
      await until(() => stream.controls.some((control) => control.type === type));
      return stream.controls.find((control) => control.type === type) ?? {};
    },
  };
}

const get = async (path: string, init: RequestInit = {}) => fetch(`${running?.url}${path}`, init);
const json = async (path: string) => (await get(path)).json();
const metric = async (series: string) => {
  const line = (await (await get("/metrics")).text())
    .split("\n")
    .find((text) => text.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1));
};

describe("from Kafka to a client", () => {
  test("records arrive, bad ones between them do not stop the stream", async () => {
    await start();
    const one = await client();
    append(event("a", 1), Buffer.from("bad"), null, Buffer.alloc(0), event("a", 2));
    await one.received(2);
    await handled();
    expect(one.offsets).toEqual([0, 4]);
    expect(await metric('websocket_kafka_messages_total{status="success"}')).toBe(2);
    expect(await metric("websocket_kafka_payload_missing_total")).toBe(1);
    expect(broker.endOffsets(`${TOPIC}-dlq`)).toEqual([2]);
    one.stream.close();
  });

  test("a client that comes back with its cursor gets what it missed, once", async () => {
    await start();
    append(event("a", 1), event("a", 2), event("a", 3));
    await handled();
    const one = await client({
      hello: { type: "resume", from: "cursor", lastOffsetsByPartition: { "0": "0" } },
    });
    expect(await one.control("replay_complete")).toMatchObject({ totalReplayed: 2, mode: "cursor" });
    append(event("a", 4));
    await one.received(3);
    expect(one.offsets).toEqual([1, 2, 3]);
    one.stream.close();
  });
});

describe("frames that no client should send", () => {
  test("binary, broken JSON, unknown types and absurd cursors change nothing for the sender", async () => {
    await start();
    const one = await client({ hello: null });
    one.stream.send(new Uint8Array(1000));
    one.stream.send("{");
    one.stream.send('{"type":"unheard of"}');
    one.stream.send('{"type":"resume","lastOffsetsByPartition":{"0":"-1","x":"y","1":1e300}}');
    append(event("a", 1));
    await one.received(1);
    expect(await metric('websocket_control_ignored_total{reason="binary"}')).toBe(1);
    expect(await metric("websocket_control_parse_failures_total")).toBe(1);
    expect(await metric("websocket_resume_invalid_entries_total")).toBe(3);
    one.stream.close();
  });

  test("more than 1 MiB of text ends the connection with an error frame", async () => {
    await start();
    const one = await client({ hello: null });
    one.stream.send("x".repeat(1_048_577));
    expect(await one.control("error")).toMatchObject({ code: "CONTROL_FRAME_TOO_LARGE" });
    expect(await one.stream.closed).toBe(1008);
  });

  test("2,000 partitions in a resume end the connection with an error frame", async () => {
    await start();
    const lastOffsetsByPartition = Object.fromEntries(Array.from({ length: 2000 }, (_, p) => [p, "1"]));
    const one = await client({ hello: { type: "resume", lastOffsetsByPartition } });
    expect(await one.control("error")).toMatchObject({ code: "RESUME_TOO_MANY_PARTITIONS" });
    expect(await one.stream.closed).toBe(1008);
  });
});

describe("who may connect", () => {
  test("an address has a limited number of connections; a closed one makes room", async () => {
    await start({ WEBSOCKET_MAX_CONNECTIONS_PER_IP: "1" });
    const one = await client();
    await expect(connectStream(running?.wsUrl ?? "")).rejects.toThrow();
    expect(await metric("websocket_rejected_connections_total")).toBe(1);
    one.stream.close();
    await one.stream.closed;
    while (running?.appliance.hub.clientCount !== 0) await new Promise((resolve) => setImmediate(resolve));
    const two = await client();
    two.stream.close();
  });

  test("a page of another host may not, unless it is allowed", async () => {
    await start({ WEBSOCKET_ALLOWED_ORIGINS: "https://ui.example" });
    const from = (origin: string) => connectStream(running?.wsUrl ?? "", { headers: { origin } });
    await expect(from("https://evil.example")).rejects.toThrow();
    (await from("https://ui.example")).close();
    expect(await metric('websocket_refused_handshakes_total{reason="origin"}')).toBe(1);
  });
});

describe("what operators see", () => {
  test("readiness follows the group membership, health is always there", async () => {
    await broker.down();
    await start();
    expect((await get("/readyz")).status).toBe(503);
    expect(await json("/readyz")).toMatchObject({
      ready: false,
      reasons: [expect.stringMatching(/^waiting for /)],
    });
    expect((await get("/healthz")).status).toBe(200);
    expect(await json("/health")).toMatchObject({
      kafka_status: "waiting_for_messages",
      connected_clients: 0,
    });
    expect(await metric('dashstream_dependency_up{dependency="kafka"}')).toBe(0);
    await broker.up();
    append(event("a", 1));
    await handled();
    expect((await get("/readyz")).status).toBe(200);
    expect(await metric('dashstream_dependency_up{dependency="kafka"}')).toBe(1);
    expect(await metric("websocket_infrastructure_errors_total")).toBeGreaterThan(0);
  }, 20_000);

  test("a halted thread is listed, and delivered again after an admin reset", async () => {
    await start({ SEQUENCE_GAP_POLICY: "halt" });
    const one = await client();
    append(event("a", 1), event("a", 3), event("b", 1));
    await one.received(2);
    await handled();
    const gap = { partition: 0, threadId: "a", expected: 2, received: 3, size: 1 };
    expect(await json("/admin/threads/halted")).toEqual({ threads: [gap] });
    expect(await metric("dashstream_sequence_halted_threads")).toBe(1);
    expect((await get("/admin/threads/a/reset", { method: "POST" })).status).toBe(200);
    append(event("a", 4));
    await one.received(3);
    expect(one.offsets).toEqual([0, 2, 3]);
    one.stream.close();
  });

  test("policy pause stops a partition at a bad record until an admin lets it go on", async () => {
    const warnings: unknown[] = [];
    const log: Log = { ...silentLog, warn: (msg, fields) => warnings.push([msg, fields]) };
    await start({ KAFKA_ON_DECODE_ERROR: "pause" }, log);
    const one = await client();
    append(event("a", 1), Buffer.from("bad"), event("a", 3));
    await one.received(1);
    while ((await metric("websocket_kafka_paused_partitions")) !== 1)
      await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toContainEqual([
      "partition 0 is paused at the bad record at offset 1 (KAFKA_ON_DECODE_ERROR is pause); POST /admin/partitions/0/resume goes on behind it",
      { partition: 0, offset: 1 },
    ]);
    const alert = "CRITICAL: 1 partition is paused at a bad record (0 at 1); ";
    expect((await json("/health")).alert).toContain(alert);
    expect((await get("/readyz")).status).toBe(200);
    const paused = [{ partition: 0, offset: 1 }];
    expect(await json("/admin/partitions")).toEqual({ paused, waiting_for_dead_letters: [] });
    expect((await get("/admin/partitions/0/resume", { method: "POST" })).status).toBe(200);
    expect(await json("/admin/partitions")).toEqual({ paused: [], waiting_for_dead_letters: [] });
    expect((await json("/health")).alert ?? "").not.toContain("paused");
    await one.received(2);
    expect(one.offsets).toEqual([0, 2]);
    expect(await metric("websocket_kafka_paused_partitions")).toBe(0);
    one.stream.close();
  });

  test("a paused partition that another server reads is not this one's to tell of any more", async () => {
    broker.createTopic("two", { partitions: 2 });
    for (const partition of [0, 1]) {
      broker.append("two", partition, [{ timestampMs: 0, key: null, value: Buffer.from("bad") }]);
    }
    const env = { KAFKA_ON_DECODE_ERROR: "pause" };
    running = await startAppliance({ brokers: broker.bootstrap, topic: "two", env });
    const paused = async () => (await json("/admin/partitions")).paused.length;
    while ((await paused()) !== 2) await new Promise((resolve) => setImmediate(resolve));
    const second = await startAppliance({ brokers: broker.bootstrap, topic: "two", env });
    while ((await paused()) !== 1) await new Promise((resolve) => setImmediate(resolve));
    await second.stop();
  });
});

test("while it stops, it says that it is not ready and takes no new clients", async () => {
  const { url, wsUrl, stop } = await start();
  append(event("a", 1));
  await handled();
  const rule = broker.control("OffsetCommit", () => ({ kind: "delay", delayMs: 300 }));
  const stopping = stop();
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toEqual({ ready: false, reasons: ["the server is shutting down"] });
  await expect(connectStream(wsUrl)).rejects.toThrow();
  rule.remove();
  await stopping;
  running = null;
});

test("stopping commits what was handled, tells clients with 1001, and leaves the port", async () => {
  const { url, stop, appliance } = await start();
  const one = await client();
  append(event("a", 1), Buffer.from("bad"));
  await one.received(1);
  await handled();
  await stop();
  running = null;
  expect(await one.stream.closed).toBe(1001);
  expect(appliance.metrics.counter("websocket_client_disconnects_total", { reason: "shutdown" }).value).toBe(
    1,
  );
  expect(broker.committedOffsets(GROUP, TOPIC)).toEqual([2]);
  expect(broker.endOffsets(`${TOPIC}-dlq`)).toEqual([1]);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});
