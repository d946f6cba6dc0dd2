import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { LagMonitor } from "../../src/stream/lag.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { manualClock } from "../support/manual-clock.ts";
import { append, Member, startBroker, TOPIC } from "./stream-rig.ts";

let broker: Broker;
let member: Member;
const metrics = () => createMetrics({ catalogue: CATALOGUE, component: "websocket-server" });

beforeEach(async () => {
  broker = await startBroker(2);
  member = new Member(broker);
});
afterEach(async () => {
  await member.stop();
  await broker.stop();
});

function monitor(registry = metrics()) {
  const clock = manualClock();
  const lag = new LagMonitor({
    topic: TOPIC,
    intervalMs: 10_000,
    staleAfterMs: 60_000,
    admin: member.admin,
    partitions: () => member.consumer.partitions,
    metrics: registry,
    clock,
    log: silentLog,
    onInfrastructureError: (type) => member.errors.push(type),
  });
  const of = (partition: number) =>
    registry.gauge("websocket_kafka_consumer_lag", { partition: String(partition) });
  return { lag, clock, registry, of };
}

test("the lag of every assigned partition is there from the start and right when nothing is read", async () => {
  const { lag, of } = monitor();
  member.consumer.start();
  await member.reports.until(() => member.assignments.length === 2);
  lag.refresh();
  expect([of(0).value, of(1).value]).toEqual([0, 0]);
  member.consumer.hold(1, "paused");
  append(broker, 1, "a", "b", "c");
  await lag.poll();
  expect([of(0).value, of(1).value]).toEqual([0, 3]);
});

test("the series of a partition go when the partition goes", async () => {
  const { lag, registry } = monitor();
  member.consumer.start();
  await member.reports.until(() => member.assignments.length === 2);
  lag.refresh();
  expect((await registry.expose(null)).body).toContain('websocket_kafka_consumer_lag{partition="1"} 0');
  await member.consumer.stop(() => Promise.resolve());
  lag.refresh();
  expect((await registry.expose(null)).body).not.toContain("websocket_kafka_consumer_lag{");
});

test("a poll that fails is counted, and the last figures stay", async () => {
  const { lag, registry, of } = monitor();
  member.consumer.start();
  await member.reports.until(() => member.assignments.length === 2);
  member.consumer.hold(0, "paused");
  append(broker, 0, "a");
  await lag.poll();
  broker.control("ListOffsets", () => ({ kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" }));
  await lag.poll();
  expect(registry.counter("websocket_kafka_lag_poll_failures_total").value).toBe(1);
  expect(member.errors).toHaveLength(1);
  expect(of(0).value).toBe(1);
});

test("polls come from the timer and never overlap", async () => {
  const { lag, clock } = monitor();
  lag.start();
  clock.advance(10_000);
  const first = lag.poll();
  expect(lag.poll()).toBe(first);
  await first;
  await lag.stop();
  expect(clock.pendingDelays()).toEqual([]);
});
