// The series in which a consumer of the library counts what it reads.

import type { Counter, Metrics } from "../telemetry/metrics.ts";
import type { DecodeFailure } from "../wire/failure.ts";

export interface ConsumerCounts {
  readonly received: Counter;
  readonly invalidPayloads: Counter;
  readonly decodeFailures: Counter;
  readonly processingFailures: Counter;
  readonly fetchFailures: Counter;
  readonly redeliveries: Counter;
}

/** The counters, each at 0 from here on. */
export function consumerCounts(metrics: Metrics): ConsumerCounts {
  return {
    received: metrics.counter("dashstream_messages_received_total"),
    invalidPayloads: metrics.counter("dashstream_invalid_payloads_total"),
    decodeFailures: metrics.counter("dashstream_decode_failures_total"),
    processingFailures: metrics.counter("dashstream_processing_failures_total"),
    fetchFailures: metrics.counter("dashstream_fetch_failures_total"),
    redeliveries: metrics.counter("dashstream_redeliveries_total"),
  };
}

/** The counter of a bad value. */
export function counterOf(counts: ConsumerCounts, failure: DecodeFailure): Counter {
  return failure === "payload_too_large" ? counts.invalidPayloads : counts.decodeFailures;
}
