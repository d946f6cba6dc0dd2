import { expect, test } from "bun:test";
import { LatencyWindow } from "../../../sim/demo/latency.ts";

test("without a record there is no quantile", () => {
  expect(new LatencyWindow().quantileMs(0.99)).toBeNull();
});

test("a quantile is the value that this share of records did not exceed", () => {
  const latency = new LatencyWindow();
  for (let ms = 100; ms >= 1; ms--) latency.record(ms);
  expect([0, 0.5, 0.99, 1].map((q) => latency.quantileMs(q))).toEqual([1, 50, 99, 100]);
});

test("old records no longer count", () => {
  const latency = new LatencyWindow();
  latency.record(1e6);
  for (let i = 0; i < 2_000; i++) latency.record(1);
  expect(latency.quantileMs(1)).toBe(1);
});
