// Metrics of reading from Kafka: connection, lag, catching up.

import type { MetricDefinition } from "../definition.ts";

export const KAFKA_METRICS: readonly MetricDefinition[] = [
  {
    name: "websocket_infrastructure_errors_total",
    kind: "counter",
    help: "Failed attempts to connect to Kafka, fetch, commit, send a heartbeat or read the lag.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_kafka_errors_by_type_total",
    kind: "counter",
    help: "Failed attempts to talk to Kafka, by cause.",
    labels: { error_type: ["dns_failure", "connection_timeout", "broker_down", "decode_error", "unknown"] },
    components: ["websocket-server"],
  },
  {
    name: "websocket_last_infrastructure_error_age_seconds",
    kind: "gauge",
    help: "Seconds since the last failed attempt to talk to Kafka; -1 if there was none.",
    initial: -1,
    components: ["websocket-server"],
  },
  {
    name: "websocket_last_kafka_message_age_seconds",
    kind: "gauge",
    help: "Seconds since the last record was received; -1 if there was none.",
    initial: -1,
    components: ["websocket-server"],
  },
  {
    name: "websocket_kafka_consumer_lag",
    kind: "gauge",
    help: "Records of a partition that wait to be read: high watermark minus next offset.",
    labels: { partition: "dynamic" },
    components: ["websocket-server"],
  },
  {
    name: "websocket_kafka_lag_offset_age_seconds",
    kind: "gauge",
    help: "Whole seconds since the last record of a partition was handled.",
    labels: { partition: "dynamic" },
    components: ["websocket-server"],
  },
  {
    name: "websocket_kafka_lag_poll_failures_total",
    kind: "counter",
    help: "Failed attempts to read high watermarks.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_kafka_lag_poll_duration_seconds",
    kind: "histogram",
    help: "Duration of reading the high watermarks of all partitions.",
    labels: { status: ["success", "error"] },
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    components: ["websocket-server"],
  },
  {
    name: "websocket_kafka_catchup_phase",
    kind: "gauge",
    help: "1 while a partition is read up to the head it had at start, then 0.",
    labels: { partition: "dynamic" },
    components: ["websocket-server"],
  },
  {
    name: "websocket_kafka_paused_partitions",
    kind: "gauge",
    help: "Partitions that stand still at a bad record because KAFKA_ON_DECODE_ERROR is pause.",
    components: ["websocket-server"],
  },
  {
    name: "websocket_writer_partitions",
    kind: "gauge",
    help: "Partitions for which this server writes dead letters and replay in Redis, for all servers; those of all servers together are all partitions.",
    requires: "replica_writer",
    components: ["websocket-server"],
  },
];
