// Metrics of dead letters: of the server, and of programs that use the library.

import type { MetricDefinition } from "../definition.ts";

/** Programs whose consumer or producer has a dead-letter handler. */
const LIBRARY = ["quality-monitor", "stream"] as const;

export const DEAD_LETTER_METRICS: readonly MetricDefinition[] = [
  {
    name: "websocket_dlq_sends_total",
    kind: "counter",
    help: "Dead letters acknowledged by Kafka, by what was wrong with the record.",
    labels: {
      error_type: [
        "payload_too_large",
        "buffer_underflow",
        "invalid_protobuf",
        "decompression_failed",
        "schema_mismatch",
        "unknown_decode_error",
        "thread_halted",
      ],
    },
    components: ["websocket-server"],
  },
  {
    name: "websocket_dlq_send_failures_total",
    kind: "counter",
    help: "Failed attempts to write a dead letter, and letters not tried for want of a slot, by cause.",
    labels: { reason: ["timeout", "kafka_error", "backpressure"] },
    components: ["websocket-server"],
  },
  {
    name: "websocket_dlq_in_flight",
    kind: "gauge",
    help: "Dead letters sent and not acknowledged yet.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_dlq_mode",
    kind: "gauge",
    help: "1 for the mode in use: whether a partition goes on (fail_open) or waits (fail_closed) when a dead letter fails.",
    labels: { mode: ["fail_open", "fail_closed"] },
    components: ["websocket-server"],
  },
  {
    name: "websocket_dlq_waiting_partitions",
    kind: "gauge",
    help: "Partitions that stand still until Kafka has their dead letters (fail_closed).",
    components: ["websocket-server"],
  },
  {
    name: "dashstream_dlq_sends_total",
    kind: "counter",
    help: "Dead letters acknowledged by Kafka.",
    components: LIBRARY,
  },
  {
    name: "dashstream_dlq_send_failures_total",
    kind: "counter",
    help: "Dead letters given up after their last attempt.",
    components: LIBRARY,
  },
  {
    name: "dashstream_dlq_dropped_total",
    kind: "counter",
    help: "Dead letters not sent because as many were in flight as may be.",
    components: LIBRARY,
  },
  {
    name: "dashstream_dlq_send_retries_total",
    kind: "counter",
    help: "Failed attempts to write a dead letter that may be tried again, the last one of each letter included.",
    components: LIBRARY,
  },
  {
    name: "dashstream_dlq_in_flight",
    kind: "gauge",
    help: "Dead letters sent and not acknowledged yet.",
    components: LIBRARY,
  },
];
