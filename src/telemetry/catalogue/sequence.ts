// Metrics of the sequence validator.

import type { MetricDefinition } from "../definition.ts";

/** Programs that validate sequence numbers. */
const VALIDATING = ["websocket-server", "quality-monitor", "stream"] as const;

export const SEQUENCE_METRICS: readonly MetricDefinition[] = [
  {
    name: "dashstream_sequence_gaps_total",
    kind: "counter",
    help: "Gaps in the sequence of a thread; each may stand for many lost records.",
    components: VALIDATING,
  },
  {
    name: "dashstream_sequence_gap_size",
    kind: "histogram",
    help: "Records missing in a gap.",
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 5000, 10000],
    components: VALIDATING,
  },
  {
    name: "dashstream_sequence_duplicates_total",
    kind: "counter",
    help: "Records that repeat a sequence number of their thread.",
    components: VALIDATING,
  },
  {
    name: "dashstream_sequence_reorders_total",
    kind: "counter",
    help: "Records that came later than their sequence number says.",
    components: VALIDATING,
  },
  {
    name: "dashstream_sequence_restarts_total",
    kind: "counter",
    help: "Threads whose producer began again at sequence 1.",
    components: VALIDATING,
  },
  {
    name: "dashstream_sequence_halted_threads",
    kind: "gauge",
    help: "Threads whose delivery is halted because of a gap.",
    components: VALIDATING,
  },
  {
    name: "dashstream_sequence_evictions_total",
    kind: "counter",
    help: "Threads forgotten to bound memory, least recently used first; a gap across that moment goes unseen.",
    components: VALIDATING,
  },
];
