// Metrics of replay: what clients asked for, what they got, and how the tiers did.

import type { MetricDefinition } from "../definition.ts";

const MODES = ["partition", "thread"];
const TIERS = [{ value: "redis", requires: "redis" }, "kafka"] as const;

export const REPLAY_METRICS: readonly MetricDefinition[] = [
  {
    name: "websocket_resume_requests_total",
    kind: "counter",
    help: "Resume requests.",
    labels: { mode: MODES },
    components: ["websocket-server"],
  },
  {
    name: "websocket_replay_messages_total",
    kind: "counter",
    help: "Records sent by replays.",
    labels: { mode: MODES },
    components: ["websocket-server"],
  },
  {
    name: "websocket_replay_gaps_total",
    kind: "counter",
    help: "Gaps that replays reported to clients, and partitions that clients were told are of a new log.",
    labels: { mode: MODES },
    components: ["websocket-server"],
  },
  {
    name: "websocket_replay_gap_messages_total",
    kind: "counter",
    help: "Records missing in the gaps that replays reported.",
    labels: { mode: MODES },
    components: ["websocket-server"],
  },
  {
    name: "websocket_replay_latency_ms",
    kind: "histogram",
    help: "Duration of replays that ran to completion.",
    labels: { mode: MODES },
    buckets: [10, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000],
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_memory_hits_total",
    kind: "counter",
    help: "Partitions of resumes, by offset or by thread, whose records were all in memory.",
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_memory_records",
    kind: "gauge",
    help: "Records held in memory for replay.",
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_memory_bytes",
    kind: "gauge",
    help: "Bytes held in memory for replay.",
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_redis_hits_total",
    kind: "counter",
    help: "Lookups that Redis could answer, one a page of a partition or a thread.",
    requires: "redis",
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_redis_misses_total",
    kind: "counter",
    help: "Lookups in Redis that found nothing certain or failed.",
    requires: "redis",
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_kafka_hits_total",
    kind: "counter",
    help: "Lookups that found records in Kafka.",
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_kafka_misses_total",
    kind: "counter",
    help: "Lookups in Kafka that found nothing or failed.",
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_kafka_failures_total",
    kind: "counter",
    help: "Reads of Kafka for replay that failed and are tried again.",
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_page_reads_total",
    kind: "counter",
    help: "Pages asked of a replay tier, each for all clients that need it.",
    labels: { tier: TIERS },
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_page_read_latency_ms",
    kind: "histogram",
    help: "Duration of reading one page from a replay tier, whatever came of it.",
    labels: { tier: TIERS },
    buckets: [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000],
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_page_cache_hits_total",
    kind: "counter",
    help: "Lookups answered by a page that had been read before.",
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_page_cache_bytes",
    kind: "gauge",
    help: "Bytes of the pages that are kept.",
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_redis_write_dropped_total",
    kind: "counter",
    help: "Records not written to Redis because no write permit was free within 50 ms, or the comparison with Kafka took too long.",
    requires: "redis",
    components: ["websocket-server"],
  },
  {
    name: "replay_buffer_redis_write_failures_total",
    kind: "counter",
    help: "Records not written to Redis because of an error, no answer within 2 s, or, without an attempt, because Redis was not connected or left alone after such a failure.",
    requires: "redis",
    components: ["websocket-server"],
  },
  {
    name: "dashstream_websocket_redis_errors_total",
    kind: "counter",
    help: "Replay: failed attempts to connect to Redis, lost connections, and operations that failed other than by their time limit.",
    requires: "redis",
    components: ["websocket-server"],
  },
  {
    name: "dashstream_websocket_redis_latency_ms",
    kind: "histogram",
    help: "Duration of successful operations on Redis.",
    labels: { operation: ["read", "write"] },
    buckets: [1, 5, 10, 25, 50, 100, 250, 500, 1000],
    requires: "redis",
    components: ["websocket-server"],
  },
];
