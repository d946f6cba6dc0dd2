// Metrics of what became of each record: delivered, bad, without payload, seen before, too late.

import type { MetricDefinition } from "../definition.ts";

export const RECORD_METRICS: readonly MetricDefinition[] = [
  {
    name: "websocket_kafka_messages_total",
    kind: "counter",
    help: "Records handled: decoded, failed, or failed below the head seen at start.",
    labels: { status: ["success", "error", "old_data_error"] },
    components: ["websocket-server"],
  },
  {
    name: "websocket_decode_errors_total",
    kind: "counter",
    help: "Records that failed, without those below the head seen at start, by cause.",
    labels: {
      error_type: [
        "payload_too_large",
        "buffer_underflow",
        "invalid_protobuf",
        "decompression_failed",
        "schema_mismatch",
        "unknown_decode_error",
      ],
    },
    components: ["websocket-server"],
  },
  {
    name: "websocket_old_data_decode_errors_total",
    kind: "counter",
    help: "Records below the head seen at start that failed.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_kafka_payload_missing_total",
    kind: "counter",
    help: "Records with a null value.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_kafka_redeliveries_total",
    kind: "counter",
    help: "Records read again at or below the last handled offset; they are not sent again.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_undeliverable_records_total",
    kind: "counter",
    help: "Good records that are not sent to clients: a framing byte with nothing after it, or a record of a halted thread.",
    labels: { reason: ["empty_message", "thread_halted"] },
    components: ["websocket-server"],
  },
  {
    name: "websocket_multi_thread_batches_total",
    kind: "counter",
    help: "Event batches that carry events of more than one thread.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_e2e_latency_ms",
    kind: "histogram",
    help: "Milliseconds from the producer's clock to a stage; replays are not observed.",
    labels: { stage: ["producer_to_consumer", "producer_to_client"] },
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 60000, 300000],
    components: ["websocket-server"],
  },
  {
    name: "websocket_clock_skew_events_total",
    kind: "counter",
    help: "Records whose producer's clock is ahead of ours; their latency is not observed.",
    components: ["websocket-server"],
  },
];
