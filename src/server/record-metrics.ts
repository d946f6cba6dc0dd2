// The counters of the pipeline, resolved once.

import type { Counter, Histogram, Metrics } from "../telemetry/metrics.ts";
import { DECODE_FAILURES, type DecodeFailure } from "../wire/failure.ts";

export interface RecordMetrics {
  readonly success: Counter;
  readonly error: Counter;
  readonly oldDataError: Counter;
  readonly oldDataDecodeErrors: Counter;
  readonly decodeErrors: Readonly<Record<DecodeFailure, Counter>>;
  readonly payloadMissing: Counter;
  readonly redeliveries: Counter;
  readonly emptyMessages: Counter;
  readonly haltedThreadRecords: Counter;
  readonly multiThreadBatches: Counter;
  readonly clockSkew: Counter;
  readonly producerToConsumerMs: Histogram;
  readonly producerToClientMs: Histogram;
}

export function recordMetrics(metrics: Metrics): RecordMetrics {
  const messages = (status: string) => metrics.counter("websocket_kafka_messages_total", { status });
  const undeliverable = (reason: string) =>
    metrics.counter("websocket_undeliverable_records_total", { reason });
  const latency = (stage: string) => metrics.histogram("websocket_e2e_latency_ms", { stage });
  const decodeErrors = DECODE_FAILURES.map((error_type) => [
    error_type,
    metrics.counter("websocket_decode_errors_total", { error_type }),
  ]);
  return {
    success: messages("success"),
    error: messages("error"),
    oldDataError: messages("old_data_error"),
    oldDataDecodeErrors: metrics.counter("websocket_old_data_decode_errors_total"),
    decodeErrors: Object.fromEntries(decodeErrors) as Record<DecodeFailure, Counter>,
    payloadMissing: metrics.counter("websocket_kafka_payload_missing_total"),
    redeliveries: metrics.counter("websocket_kafka_redeliveries_total"),
    emptyMessages: undeliverable("empty_message"),
    haltedThreadRecords: undeliverable("thread_halted"),
    multiThreadBatches: metrics.counter("websocket_multi_thread_batches_total"),
    clockSkew: metrics.counter("websocket_clock_skew_events_total"),
    producerToConsumerMs: latency("producer_to_consumer"),
    producerToClientMs: latency("producer_to_client"),
  };
}
