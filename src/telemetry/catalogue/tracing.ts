// Metrics of the export of traces.

import type { MetricDefinition } from "../definition.ts";

/**
 * Why a span is not exported.
 *
 * - `queue_full`: more spans were made than the collector takes
 * - `export_failed`: the collector could not be reached, or did not take the request
 * - `rejected`: the collector took the request and not these (a partial success of OTLP)
 * - `shutdown`: the process ended before they could be sent
 */
export const SPAN_DROP_REASONS = ["queue_full", "export_failed", "rejected", "shutdown"] as const;

export const TRACING_METRICS: readonly MetricDefinition[] = [
  {
    name: "dashstream_spans_exported_total",
    kind: "counter",
    help: "Spans that the trace collector took.",
    requires: "tracing",
    components: ["websocket-server", "exporter", "quality-monitor"],
  },
  {
    name: "dashstream_spans_dropped_total",
    kind: "counter",
    help: "Spans that were made and not exported, by cause.",
    labels: { reason: SPAN_DROP_REASONS },
    requires: "tracing",
    components: ["websocket-server", "exporter", "quality-monitor"],
  },
];
