// The whole system lives in virtual time: ten minutes with bad records and an outage of the broker take a moment, and
// the same seed gives the same run, byte for byte.

import { beforeAll, expect, test } from "bun:test";
import { describeLong, LONG_TEST_MS } from "../../support/long-suites.ts";
import { type RunResult, runAppliance } from "./appliance-run.ts";

/** Value of a series in the text format; series are looked up by what they begin with. */
function series(metrics: string, prefix: string): number {
  const lines = metrics.split("\n").filter((line) => line.startsWith(prefix));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

describeLong("ten minutes of virtual time", () => {
  let first: RunResult;
  let again: RunResult;
  let other: RunResult;

  beforeAll(async () => {
    first = await runAppliance(1);
    again = await runAppliance(1);
    other = await runAppliance(2);
  }, LONG_TEST_MS);

  test("the same seed gives the same metrics, byte for byte, and the same records in the same order", () => {
    expect(again.metrics).toBe(first.metrics);
    expect(again.delivered).toEqual(first.delivered);
  });

  test("another seed gives another run", () => {
    expect(other.metrics).not.toBe(first.metrics);
    expect(other.delivered).not.toEqual(first.delivered);
  });

  test("every good record is delivered once, in order of offsets, and every bad one is a dead letter", () => {
    expect(first.produced).toBe(12_000);
    expect(first.delivered).toHaveLength(first.produced - first.bad);
    expect(first.duplicates).toBe(0);
    const lastOffsets = new Map<string, number>();
    for (const record of first.delivered) {
      const [partition = "", offset = ""] = record.split(/[: ]/);
      expect(Number(offset)).toBeGreaterThan(lastOffsets.get(partition) ?? -1);
      lastOffsets.set(partition, Number(offset));
    }
    expect(series(first.metrics, "websocket_dlq_sends_total")).toBe(first.bad);
    expect(series(first.metrics, "websocket_dlq_send_failures_total")).toBe(0);
  });

  test("nothing is left to handle when the metrics are read", () => {
    expect(series(first.metrics, "websocket_kafka_messages_total")).toBe(first.produced);
    expect([...first.endOffsets.values()].reduce((sum, end) => sum + end, 0)).toBe(first.produced);
    expect(series(first.metrics, "websocket_dlq_in_flight")).toBe(0);
  });

  test("time in the metrics is virtual, and the outage shows in them", () => {
    expect(series(first.metrics, "websocket_uptime_seconds")).toBe(600);
    expect(series(first.metrics, "websocket_infrastructure_errors_total")).toBeGreaterThan(0);
    expect(series(first.metrics, 'dashstream_dependency_up{dependency="kafka"}')).toBe(1);
    expect(series(first.metrics, "dashstream_sequence_gaps_total")).toBe(0);
  });
});
