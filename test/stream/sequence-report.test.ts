import { expect, test } from "bun:test";
import { SequenceValidator } from "../../src/stream/sequence.ts";
import { reportSequence } from "../../src/stream/sequence-report.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { keepingLog, type LogLine } from "../support/keeping-log.ts";

const countingMetrics = (values: Record<string, number[]>): Metrics => {
  const handle = (name: string) => {
    const seen: number[] = [];
    values[name] = seen;
    const keep = (value = 1) => void seen.push(value);
    return { inc: keep, set: keep, observe: keep, exemplify: keep, value: 0, count: 0, sum: 0 };
  };
  return {
    counter: handle,
    gauge: handle,
    gaugeFn: handle,
    histogram: handle,
    remove: () => {},
    expose: () => Promise.resolve({ contentType: "", body: "" }),
  };
};

test("counts by the names of the catalogue and logs a halted thread once", () => {
  const lines: LogLine[] = [];
  const values: Record<string, number[]> = {};
  const events = reportSequence(countingMetrics(values), keepingLog(lines), "halt");
  const validator = new SequenceValidator({ policy: "halt", events });
  for (const sequence of [1, 2, 2, 6, 7, 8]) validator.observe(0, "run-9", sequence, 0, 0);
  expect(values).toEqual({
    dashstream_sequence_gaps_total: [1],
    dashstream_sequence_evictions_total: [],
    dashstream_sequence_gap_size: [3],
    dashstream_sequence_duplicates_total: [1],
    dashstream_sequence_reorders_total: [],
    dashstream_sequence_restarts_total: [],
    dashstream_sequence_halted_threads: [1],
  });
  const fields = { partition: 0, thread_id: "run-9", expected: 3, received: 6, gap_size: 3 };
  expect(lines).toEqual([{ level: "error", msg: "❌ HALTED thread run-9 due to gap", ...fields }]);
});

test("warns of each gap under warn and is silent under continue", () => {
  for (const [policy, expected] of [
    ["warn", ["Sequence gap for thread t: expected 2, received 3 (gap size: 1)"]],
    ["continue", []],
  ] as const) {
    const lines: LogLine[] = [];
    const events = reportSequence(countingMetrics({}), keepingLog(lines), policy);
    const validator = new SequenceValidator({ policy, events, reorderWindow: 0 });
    for (const sequence of [1, 3]) validator.observe(0, "t", sequence, 0, 0);
    expect(lines.map(({ msg }) => msg)).toEqual([...expected]);
  }
});
