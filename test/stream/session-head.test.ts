import { beforeEach, expect, test } from "bun:test";
import { SessionHead } from "../../src/stream/session-head.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";

let metrics: Metrics;
let head: SessionHead;
const phase = () => metrics.gauge("websocket_kafka_catchup_phase", { partition: "0" }).value;

beforeEach(() => {
  metrics = createMetrics({ catalogue: CATALOGUE, component: "websocket-server" });
  head = new SessionHead(metrics);
});

test("records below the log end of the assignment are old, and the phase ends when it is reached", () => {
  head.assign(0, 3, 10);
  expect([head.isOld(0, 9), head.isOld(0, 10)]).toEqual([true, false]);
  expect(phase()).toBe(1);
  head.advance(0, 9);
  expect(phase()).toBe(1);
  head.advance(0, 10);
  expect(phase()).toBe(0);
});

test("a partition that has nothing to catch up with never shows the phase", () => {
  head.assign(0, 10, 10);
  expect(phase()).toBe(0);
});

test("a rebalance does not make young records old", () => {
  head.assign(0, 0, 10);
  head.revoke(0);
  head.assign(0, 12, 20);
  expect(head.isOld(0, 15)).toBe(false);
  expect(phase()).toBe(0);
});

test("a topic made anew has a head of its own", () => {
  head.assign(0, 50, 100);
  head.forget(0);
  head.assign(0, 0, 2);
  expect([head.isOld(0, 1), head.isOld(0, 2)]).toEqual([true, false]);
});

test("a partition that was never assigned has no old records", () => {
  expect(head.isOld(7, 0)).toBe(false);
});
