// Turns what the sequence validator finds into the series and log lines that the alerts and the runbook name.

import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { GapPolicy, SequenceEvents, SequenceGap } from "./sequence.ts";

/** Events that count in `metrics` and, unless the policy is `continue`, log each gap. */
export function reportSequence(metrics: Metrics, log: Log, policy: GapPolicy): SequenceEvents {
  const gaps = metrics.counter("dashstream_sequence_gaps_total");
  const gapSize = metrics.histogram("dashstream_sequence_gap_size");
  const duplicates = metrics.counter("dashstream_sequence_duplicates_total");
  const reorders = metrics.counter("dashstream_sequence_reorders_total");
  const restarts = metrics.counter("dashstream_sequence_restarts_total");
  const evictions = metrics.counter("dashstream_sequence_evictions_total");
  const haltedThreads = metrics.gauge("dashstream_sequence_halted_threads");
  return {
    gap(gap) {
      gaps.inc();
      gapSize.observe(gap.size);
      if (policy === "warn") log.warn(gapText(gap), gapFields(gap));
    },
    duplicate: () => duplicates.inc(),
    reordered: () => reorders.inc(),
    restarted: () => restarts.inc(),
    evicted: () => evictions.inc(),
    halted: (gap) => log.error(`❌ HALTED thread ${gap.threadId} due to gap`, gapFields(gap)),
    haltedThreads: (count) => haltedThreads.set(count),
  };
}

function gapText(gap: SequenceGap): string {
  const { threadId, expected, received, size } = gap;
  return `Sequence gap for thread ${threadId}: expected ${expected}, received ${received} (gap size: ${size})`;
}

function gapFields(gap: SequenceGap) {
  return {
    partition: gap.partition,
    thread_id: gap.threadId,
    expected: gap.expected,
    received: gap.received,
    gap_size: gap.size,
  };
}
