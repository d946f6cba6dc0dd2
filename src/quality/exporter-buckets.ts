// Which option sets the buckets of which histogram of the exporter.

import type { Config } from "../config/options.ts";

/** Buckets by name of the histogram. */
export function exporterBuckets(config: Config): Readonly<Record<string, readonly number[]>> {
  return {
    dashstream_query_latency_ms: config.prometheusLatencyBucketsMs,
    dashstream_latency_by_model_ms: config.prometheusLatencyBucketsMs,
    dashstream_quality_retry_count: config.prometheusRetryBuckets,
    dashstream_quality_score_by_model: config.prometheusQualityScoreBuckets,
    dashstream_turns_by_session: config.prometheusSessionTurnBuckets,
    dashstream_librarian_request_duration_seconds: config.prometheusDurationBucketsSeconds,
    dashstream_exporter_metrics_endpoint_duration_seconds: config.prometheusMetricsEndpointBuckets,
  };
}
