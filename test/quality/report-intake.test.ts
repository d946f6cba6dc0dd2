import { beforeEach, describe, expect, test } from "bun:test";
import { ReportIntake } from "../../src/quality/report-intake.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { floodGuard } from "../../src/telemetry/flood.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { keepingLog, type LogLine } from "../support/keeping-log.ts";
import { manualClock } from "../support/manual-clock.ts";
import { decoded, type ReportInit, reportMessage } from "./quality-messages.ts";

let metrics: Metrics;
let lines: LogLine[];
let turns: (readonly [string, number | null])[];
let intake: ReportIntake;
let sessionsFail: boolean;

beforeEach(() => {
  metrics = createMetrics({ catalogue: CATALOGUE, component: "exporter", with: { redis: false } });
  lines = [];
  turns = [];
  sessionsFail = false;
  const clock = manualClock(5_000);
  intake = new ReportIntake({
    metrics,
    clock,
    errors: floodGuard(keepingLog(lines), clock),
    sessions: {
      report(id, turn) {
        if (sessionsFail) throw new Error("out of order");
        turns.push([id, turn]);
      },
    },
  });
});

const take = (init: ReportInit) => intake.message({ message: reportMessage(init), partition: 1, offset: 7 });
const counted = (name: string, labels = {}) =>
  metrics.counter(`dashstream_exporter_${name}_total`, labels).value;
const failed = (error_type: string) => counted("messages_failed", { error_type });
const lastEvent = () => metrics.gauge("dashstream_exporter_last_event_timestamp_seconds").value;

describe("a message", () => {
  test("that is a report reaches its session, and its time is noted", () => {
    take({ header: { threadId: "s" }, values: { turn_number: 4n } });
    expect(turns).toEqual([["s", 4]]);
    expect(lastEvent()).toBe(5);
  });

  test("of another kind is received and nothing else", () => {
    intake.message({ message: decoded({ event: { nodeId: "n" } }), partition: 0, offset: 0 });
    expect([counted("messages_received"), counted("messages_wrong_scope"), lastEvent()]).toEqual([1, 0, 0]);
  });

  test("with a value that cannot be used fails once, is logged, and counts with the others", () => {
    take({ values: { accuracy: "high", relevance: Number.NaN, passed: true } });
    expect(failed("process")).toBe(1);
    expect(metrics.counter("dashstream_quality_monitor_queries_passed_total").value).toBe(1);
    expect(lines).toEqual([
      {
        level: "error",
        msg: "a quality report has values of a wrong type, or not finite",
        error: "accuracy, relevance",
        error_type: "process",
        kafka_partition: 1,
        kafka_offset: 7,
      },
    ]);
  });

  test("on which the exporter itself fails does not stop it", () => {
    sessionsFail = true;
    take({});
    expect([failed("decode"), failed("process"), failed("unknown")]).toEqual([0, 0, 1]);
    expect(lines).toMatchObject([{ level: "error", error: "out of order", kafka_offset: 7 }]);
  });
});

test("a record without a value is received, and no failure to decode", () => {
  intake.badRecord({ partition: 0, offset: 0, errorType: "payload_missing", error: "no value" });
  intake.badRecord({ partition: 0, offset: 1, errorType: "schema_mismatch", error: "version 2" });
  expect([counted("messages_received"), counted("kafka_payload_missing"), failed("decode")]).toEqual([
    2, 1, 1,
  ]);
});
