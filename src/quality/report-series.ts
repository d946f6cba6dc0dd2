// Quality reports as series: what each report says becomes counts, observations and gauges. A value that a report
// does not have leaves its series alone.

import type { Clock } from "../runtime/clock.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { normaliseModel } from "./model-name.ts";
import type { QualityReport } from "./quality-report.ts";

/** Takes one report into its series. */
export type ReportSink = (report: QualityReport) => void;

/** All series that the exporter makes of one report by itself. */
export function reportSeries(metrics: Metrics, clock: Clock): ReportSink {
  const sinks: readonly ReportSink[] = [
    verdicts(metrics),
    scores(metrics, clock),
    efforts(metrics),
    models(metrics),
    librarianApplications(metrics),
  ];
  return (report) => {
    for (const sink of sinks) sink(report);
  };
}

function verdicts(metrics: Metrics): ReportSink {
  const total = metrics.counter("dashstream_quality_monitor_queries_total");
  const passed = metrics.counter("dashstream_quality_monitor_queries_passed_total");
  return (report) => {
    total.inc();
    if (report.passed === true) passed.inc();
    if (report.passed !== false) return;
    const { category } = report;
    metrics.counter("dashstream_quality_monitor_queries_failed_total", { category }).inc();
  };
}

function scores(metrics: Metrics, clock: Clock): ReportSink {
  const qualityScore = metrics.gauge("dashstream_quality_monitor_quality_score");
  const accuracy = metrics.gauge("dashstream_quality_accuracy");
  const relevance = metrics.gauge("dashstream_quality_relevance");
  const completeness = metrics.gauge("dashstream_quality_completeness");
  const updatedAt = metrics.gauge("dashstream_exporter_gauges_last_update_timestamp_seconds");
  return (report) => {
    const readings = [
      [qualityScore, report.qualityScore],
      [accuracy, report.accuracy],
      [relevance, report.relevance],
      [completeness, report.completeness],
    ] as const;
    for (const [gauge, value] of readings) {
      if (value === null) continue;
      gauge.set(value);
      updatedAt.set(clock.nowMs() / 1000);
    }
  };
}

function efforts(metrics: Metrics): ReportSink {
  const latency = metrics.histogram("dashstream_query_latency_ms");
  return ({ latencyMs, retryCount, passed }) => {
    if (latencyMs !== null) latency.observe(latencyMs);
    if (retryCount === null || passed === null) return;
    metrics.histogram("dashstream_quality_retry_count", { status: statusOf(passed) }).observe(retryCount);
  };
}

function models(metrics: Metrics): ReportSink {
  return ({ model: text, qualityScore, latencyMs }) => {
    const model = normaliseModel(text);
    if (model === null) return;
    metrics.counter("dashstream_queries_by_model_total", { model }).inc();
    if (qualityScore !== null) {
      metrics.histogram("dashstream_quality_score_by_model", { model }).observe(qualityScore);
    }
    if (latencyMs !== null) metrics.histogram("dashstream_latency_by_model_ms", { model }).observe(latencyMs);
  };
}

/** Applications whose reports also feed the series `dashstream_librarian_*`. */
const LIBRARIAN_APPLICATIONS: ReadonlySet<string> = new Set([
  "librarian",
  "code_assistant",
  "document_search",
  "document_search_streaming",
]);

function librarianApplications(metrics: Metrics): ReportSink {
  const requests = metrics.counter("dashstream_librarian_requests_total");
  const iterations = metrics.gauge("dashstream_librarian_iterations");
  const duration = metrics.histogram("dashstream_librarian_request_duration_seconds");
  return ({ applicationType, turnNumber, passed, latencyMs }) => {
    if (!LIBRARIAN_APPLICATIONS.has(applicationType)) return;
    requests.inc();
    if (turnNumber !== null) iterations.set(turnNumber);
    if (passed !== null)
      metrics.counter("dashstream_librarian_tests_total", { status: statusOf(passed) }).inc();
    if (latencyMs !== null) duration.observe(latencyMs / 1000);
  };
}

function statusOf(passed: boolean): "passed" | "failed" {
  return passed ? "passed" : "failed";
}
