// The series of the quality monitor, written down here apart from the catalogue.

import { describe, expect, test } from "bun:test";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { summarise } from "../telemetry/exposed-series.ts";

const PROMISED = [
  "counter dashstream_decode_failures_total",
  "counter dashstream_dlq_dropped_total",
  "counter dashstream_dlq_send_failures_total",
  "counter dashstream_dlq_send_retries_total",
  "counter dashstream_dlq_sends_total",
  "counter dashstream_fetch_failures_total",
  "counter dashstream_invalid_payloads_total",
  "counter dashstream_messages_received_total",
  "counter dashstream_processing_failures_total",
  "counter dashstream_quality_monitor_evaluations_total",
  "counter dashstream_quality_monitor_incomplete_reports_total",
  "counter dashstream_quality_monitor_low_quality_alerts_total",
  "counter dashstream_quality_monitor_low_quality_evaluations_total",
  "counter dashstream_redeliveries_total",
  "counter dashstream_sequence_duplicates_total",
  "counter dashstream_sequence_evictions_total",
  "counter dashstream_sequence_gaps_total",
  "counter dashstream_sequence_reorders_total",
  "counter dashstream_sequence_restarts_total",
  "gauge dashstream_build_info *",
  "gauge dashstream_dependency_up dependency=kafka",
  "gauge dashstream_dlq_in_flight",
  "gauge dashstream_sequence_halted_threads",
  "histogram dashstream_quality_monitor_evaluation_score score=accuracy|completeness|overall|relevance",
  "histogram dashstream_sequence_gap_size",
];

describe("the series of the quality monitor", () => {
  test("are exactly the promised ones, all at 0 before anything happened", async () => {
    const options = { catalogue: CATALOGUE, component: "quality-monitor", with: { redis: false } } as const;
    const { body } = await createMetrics(options).expose(null);
    expect(summarise(body).sort()).toEqual(PROMISED);
    expect(body.split("\n").filter((line) => line !== "" && !/^#| 0$/.test(line))).toEqual([]);
  });

  test("share no name of their prefix with the exporter, so that a query reads one service", () => {
    const own = CATALOGUE.filter(({ name }) => name.startsWith("dashstream_quality_monitor_"));
    for (const { components } of own) expect(components).toHaveLength(1);
    expect(new Set(own.map(({ name }) => name)).size).toBe(own.length);
  });
});
