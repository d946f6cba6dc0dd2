// How lookups of the page source are counted: one for each page that a client asked for, whoever else waited for it.

import type { Counter, Histogram, Metrics } from "../../telemetry/metrics.ts";
import type { TierName } from "./tier.ts";

export interface TierMetrics {
  /** Lookups that it answered. */
  readonly hits: Counter;
  /** Lookups for which it was asked and had nothing. */
  readonly misses: Counter;
  readonly reads: Counter;
  readonly latencyMs: Histogram;
}

/** The series of one tier; those of Redis exist only where it is configured. */
export function tierMetrics(metrics: Metrics, tier: TierName): TierMetrics {
  return {
    ...lookups(metrics, tier),
    reads: metrics.counter("replay_buffer_page_reads_total", { tier }),
    latencyMs: metrics.histogram("replay_buffer_page_read_latency_ms", { tier }),
  };
}

function lookups(metrics: Metrics, tier: TierName): Pick<TierMetrics, "hits" | "misses"> {
  switch (tier) {
    case "redis":
      return {
        hits: metrics.counter("replay_buffer_redis_hits_total"),
        misses: metrics.counter("replay_buffer_redis_misses_total"),
      };
    case "kafka":
      return {
        hits: metrics.counter("replay_buffer_kafka_hits_total"),
        misses: metrics.counter("replay_buffer_kafka_misses_total"),
      };
  }
}
