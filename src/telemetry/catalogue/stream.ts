// Metrics of producers and consumers that use the library.

import type { MetricDefinition } from "../definition.ts";

/** Programs with a consumer of the library. */
const CONSUMING = ["quality-monitor", "exporter", "stream"] as const;

export const STREAM_METRICS: readonly MetricDefinition[] = [
  {
    name: "dashstream_messages_received_total",
    kind: "counter",
    help: "Records read, good and bad.",
    components: CONSUMING,
  },
  {
    name: "dashstream_invalid_payloads_total",
    kind: "counter",
    help: "Records without a value, or with one larger than the limit.",
    components: CONSUMING,
  },
  {
    name: "dashstream_decode_failures_total",
    kind: "counter",
    help: "Records whose value cannot be decoded, or has another schema version.",
    components: CONSUMING,
  },
  {
    name: "dashstream_processing_failures_total",
    kind: "counter",
    help: "Messages that the program's own handler refused with an error.",
    components: CONSUMING,
  },
  {
    name: "dashstream_fetch_failures_total",
    kind: "counter",
    help: "Failed attempts to connect to Kafka, fetch, commit or send a heartbeat.",
    components: CONSUMING,
  },
  {
    name: "dashstream_redeliveries_total",
    kind: "counter",
    help: "Records read again at or below the last handled offset; they are not handled again.",
    components: CONSUMING,
  },
  {
    name: "dashstream_messages_sent_total",
    kind: "counter",
    help: "Messages acknowledged by Kafka.",
    components: ["stream"],
  },
  {
    name: "dashstream_send_retries_total",
    kind: "counter",
    help: "Failed attempts to send a message, the last one of each message included.",
    components: ["stream"],
  },
  {
    name: "dashstream_send_failures_total",
    kind: "counter",
    help: "Messages given up after their last attempt.",
    components: ["stream"],
  },
  {
    name: "dashstream_send_refusals_total",
    kind: "counter",
    help: "Messages refused before they were sent, by cause; they use up no sequence number.",
    labels: { reason: ["message_invalid", "message_too_large", "rate_limited", "queue_full"] },
    components: ["stream"],
  },
  {
    name: "dashstream_compression_failures_total",
    kind: "counter",
    help: "Messages sent uncompressed because compressing them failed.",
    components: ["stream"],
  },
];
