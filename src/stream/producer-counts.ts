// The series in which a producer of the library counts what it sends.

import type { Counter, Metrics } from "../telemetry/metrics.ts";

/** Why a message was refused before it was sent. */
const REFUSALS = ["message_invalid", "message_too_large", "rate_limited", "queue_full"] as const;

/** As in the label `reason` of `dashstream_send_refusals_total`. */
export type Refusal = (typeof REFUSALS)[number];

export interface ProducerCounts {
  readonly sent: Counter;
  readonly retries: Counter;
  readonly failures: Counter;
  readonly refusals: Readonly<Record<Refusal, Counter>>;
  readonly compressionFailures: Counter;
}

/** The counters, each at 0 from here on. */
export function producerCounts(metrics: Metrics): ProducerCounts {
  const refusals = REFUSALS.map((reason) => [
    reason,
    metrics.counter("dashstream_send_refusals_total", { reason }),
  ]);
  return {
    sent: metrics.counter("dashstream_messages_sent_total"),
    retries: metrics.counter("dashstream_send_retries_total"),
    failures: metrics.counter("dashstream_send_failures_total"),
    refusals: Object.fromEntries(refusals) as Record<Refusal, Counter>,
    compressionFailures: metrics.counter("dashstream_compression_failures_total"),
  };
}
