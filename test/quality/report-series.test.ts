import { beforeEach, describe, expect, test } from "bun:test";
import { readReport } from "../../src/quality/quality-report.ts";
import { type ReportSink, reportSeries } from "../../src/quality/report-series.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { type ReportInit, reportMessage } from "./quality-messages.ts";

let clock: ManualClock;
let metrics: Metrics;
let sink: ReportSink;

beforeEach(() => {
  clock = manualClock(1_000_000);
  metrics = createMetrics({ catalogue: CATALOGUE, component: "exporter", with: { redis: false } });
  sink = reportSeries(metrics, clock);
});

function send(init: ReportInit): void {
  const reading = readReport(reportMessage(init));
  if (reading.kind === "report") sink(reading.report);
}

/** Samples that differ from what they were before `act`. */
async function changes(act: () => void): Promise<Readonly<Record<string, number>>> {
  const before = await samples();
  act();
  const after = await samples();
  return Object.fromEntries([...after].filter(([series, value]) => before.get(series) !== value));
}

async function samples(): Promise<ReadonlyMap<string, number>> {
  const { body } = await metrics.expose(null);
  const lines = body.split("\n").filter((line) => line !== "" && !/^#|_bucket\{/.test(line));
  return new Map(lines.map((line) => line.split(" ")).map(([series = "", value]) => [series, Number(value)]));
}

const QUERIES = { dashstream_quality_monitor_queries_total: 1 };

describe("a report", () => {
  test("with everything in it reaches all its series", async () => {
    const values = {
      quality_score: 0.9,
      accuracy: 0.8,
      relevance: 0.7,
      completeness: 0.6,
      passed: true,
      latency_ms: 1500n,
      retry_count: 2n,
      turn_number: 4n,
    };
    const tags = { model: "gpt-4o-2024-11-20", category: "Simple", application_type: "librarian" };
    expect(await changes(() => send({ values, tags }))).toEqual({
      ...QUERIES,
      dashstream_quality_monitor_queries_passed_total: 1,
      dashstream_quality_monitor_quality_score: 0.9,
      dashstream_quality_accuracy: 0.8,
      dashstream_quality_relevance: 0.7,
      dashstream_quality_completeness: 0.6,
      dashstream_exporter_gauges_last_update_timestamp_seconds: 1000,
      dashstream_query_latency_ms_sum: 1500,
      dashstream_query_latency_ms_count: 1,
      'dashstream_quality_retry_count_sum{status="passed"}': 2,
      'dashstream_quality_retry_count_count{status="passed"}': 1,
      'dashstream_queries_by_model_total{model="gpt-4o"}': 1,
      'dashstream_quality_score_by_model_sum{model="gpt-4o"}': 0.9,
      'dashstream_quality_score_by_model_count{model="gpt-4o"}': 1,
      'dashstream_latency_by_model_ms_sum{model="gpt-4o"}': 1500,
      'dashstream_latency_by_model_ms_count{model="gpt-4o"}': 1,
      dashstream_librarian_requests_total: 1,
      dashstream_librarian_iterations: 4,
      'dashstream_librarian_tests_total{status="passed"}': 1,
      dashstream_librarian_request_duration_seconds_sum: 1.5,
      dashstream_librarian_request_duration_seconds_count: 1,
    });
  });

  test("with nothing in it is a query and nothing else, and no gauge falls to 0", async () => {
    send({ values: { accuracy: 0.8, quality_score: 0.9 } });
    clock.advance(5000);
    expect(await changes(() => send({}))).toEqual({ dashstream_quality_monitor_queries_total: 2 });
    expect(metrics.gauge("dashstream_quality_accuracy").value).toBe(0.8);
  });

  test("that failed counts by category, and its retries as those of a failure", async () => {
    const values = { passed: false, retry_count: 0n };
    expect(await changes(() => send({ values, tags: { complexity: "COMPLEX" } }))).toEqual({
      ...QUERIES,
      'dashstream_quality_monitor_queries_failed_total{category="Complex"}': 1,
      'dashstream_quality_retry_count_count{status="failed"}': 1,
    });
  });

  test("without a verdict is neither passed nor failed, and its retries belong to neither", async () => {
    expect(await changes(() => send({ values: { retry_count: 3n } }))).toEqual(QUERIES);
  });

  test("counts its model also without a score or latency", async () => {
    expect(await changes(() => send({ tags: { model: "something new" } }))).toEqual({
      ...QUERIES,
      'dashstream_queries_by_model_total{model="other"}': 1,
    });
  });

  test("observes a latency of 0 that it does state", async () => {
    expect(await changes(() => send({ values: { latency_ms: 0n } }))).toEqual({
      ...QUERIES,
      dashstream_query_latency_ms_count: 1,
    });
  });

  test.each(["librarian", "code_assistant", "document_search", "document_search_streaming"])(
    "of %s feeds the librarian series",
    async (application_type) => {
      const values = { passed: false };
      const changed = await changes(() => send({ values, tags: { application_type } }));
      expect(changed).toMatchObject({
        dashstream_librarian_requests_total: 1,
        'dashstream_librarian_tests_total{status="failed"}': 1,
      });
    },
  );

  test.each(["chat", "Librarian", ""])("of %p does not", async (application_type) => {
    expect(await changes(() => send({ tags: { application_type } }))).toEqual(QUERIES);
  });
});
