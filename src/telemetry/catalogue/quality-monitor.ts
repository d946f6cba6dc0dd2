// Metrics of the quality monitor: the evaluations it counts. Its reading of Kafka and its dead letters have the
// series of the library.

import type { MetricDefinition } from "../definition.ts";

export const QUALITY_MONITOR_METRICS: readonly MetricDefinition[] = [
  {
    name: "dashstream_quality_monitor_evaluations_total",
    kind: "counter",
    help: "Quality reports that have accuracy, relevance and completeness.",
    components: ["quality-monitor"],
  },
  {
    name: "dashstream_quality_monitor_low_quality_evaluations_total",
    kind: "counter",
    help: "Evaluations whose mean of the three scores is below 0.7.",
    components: ["quality-monitor"],
  },
  {
    name: "dashstream_quality_monitor_incomplete_reports_total",
    kind: "counter",
    help: "Quality reports that lack one of the three scores, or have it in a form that cannot be used; they are no evaluations.",
    components: ["quality-monitor"],
  },
  {
    name: "dashstream_quality_monitor_evaluation_score",
    kind: "histogram",
    help: "Scores of evaluations; overall is the mean of the other three.",
    labels: { score: ["accuracy", "relevance", "completeness", "overall"] },
    buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1],
    components: ["quality-monitor"],
  },
  {
    name: "dashstream_quality_monitor_low_quality_alerts_total",
    kind: "counter",
    help: "Events in which an application itself raises a LOW_QUALITY alert.",
    components: ["quality-monitor"],
  },
];
