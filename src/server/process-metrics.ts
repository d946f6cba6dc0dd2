// Gauges that are read when somebody scrapes: what runs, for how long, with how many clients and records.

import type { BuildInfo } from "../runtime/build-info.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { HealthTracker } from "./health.ts";
import type { Ring } from "./ring.ts";
import type { Hub } from "./sessions/hub.ts";

export interface ProcessMetricsInputs {
  readonly build: BuildInfo;
  readonly health: HealthTracker;
  readonly hub: Hub;
  readonly ring: Ring;
  readonly kafkaConnected: () => boolean;
  /** `null`: Redis is not configured. */
  readonly redisConnected: (() => boolean) | null;
  readonly pausedPartitions: () => number;
  /** Partitions for which this server writes; `null`: servers do not write for each other. */
  readonly writerPartitions: (() => number) | null;
}

/** Which build runs, and whether it is a member of its consumer group. */
export function exposeService(metrics: Metrics, build: BuildInfo, kafkaConnected: () => boolean): void {
  metrics.gauge("dashstream_build_info", { ...buildLabels(build), runtime: build.runtime }).set(1);
  exposeDependency(metrics, "kafka", kafkaConnected);
}

/** What `dashstream_build_info` and its like say of a build. */
export function buildLabels({ version, gitSha, buildDate }: BuildInfo) {
  return { version, commit: gitSha, build_date: buildDate };
}

function exposeDependency(metrics: Metrics, dependency: string, connected: () => boolean): void {
  metrics.gaugeFn("dashstream_dependency_up", { dependency }, () => (connected() ? 1 : 0));
}

/** An age of -1 means never. */
export function exposeProcess(metrics: Metrics, inputs: ProcessMetricsInputs): void {
  const { build, health, hub, ring, kafkaConnected, redisConnected, pausedPartitions, writerPartitions } =
    inputs;
  exposeService(metrics, build, kafkaConnected);
  const gauges: Readonly<Record<string, () => number>> = {
    websocket_uptime_seconds: () => Math.floor(health.snapshot().uptimeSeconds),
    websocket_last_kafka_message_age_seconds: () => health.snapshot().lastReceivedAgoSeconds ?? -1,
    websocket_last_infrastructure_error_age_seconds: () =>
      health.snapshot().lastInfrastructureErrorAgoSeconds ?? -1,
    websocket_connected_clients: () => hub.clientCount,
    websocket_kafka_paused_partitions: pausedPartitions,
    replay_buffer_memory_records: () => ring.recordCount,
    replay_buffer_memory_bytes: () => ring.byteCount,
  };
  for (const [name, read] of Object.entries(gauges)) metrics.gaugeFn(name, {}, read);
  if (writerPartitions !== null) metrics.gaugeFn("websocket_writer_partitions", {}, writerPartitions);
  if (redisConnected !== null) exposeDependency(metrics, "redis", redisConnected);
}
