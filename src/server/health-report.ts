// The body of `GET /health`: pure arithmetic on numbers handed in. Keys, their order, the status rules and the
// meaning of each alert part are an interface that dashboards and runbooks read.

import type { DeadLetterHealth } from "../stream/dead-letter.ts";
import { type CircuitBreakerReport, circuitBreakerReport } from "./circuit-breaker.ts";
import type { HealthSnapshot } from "./health.ts";
import { type PausedPartition, resumeCall } from "./paused-partitions.ts";
import type { ReplicaWriterHealth } from "./replica/replica-writer.ts";
import type { TenantLimitsHealth } from "./tenant-limits.ts";

/** Without a record for this long the stream counts as idle. */
const IDLE_SECONDS = 60;
/** An infrastructure error is recent for this long. */
const RECENT_ERROR_SECONDS = 120;
const ERROR_RATE_LIMIT = 0.01;
/** Below this many records in the window an error rate means little. */
const MIN_SAMPLES = 100;
/** More drops than this in the window are worth a warning. */
const DROP_LIMIT = 10;
/** So many paused partitions are named in an alert. */
const NAMED_PARTITIONS = 10;

/** The `replay_buffer` object of `/health`. */
export interface ReplayBufferHealth {
  readonly redis_enabled: boolean;
  readonly memory_hits: number;
  readonly redis_hits: number;
  readonly redis_misses: number;
  readonly redis_write_dropped: number;
  readonly redis_write_failures: number;
  /** Records in the memory tier. */
  readonly memory_buffer_size: number;
  /** Records that the memory tier may hold. */
  readonly max_memory_size: number;
  readonly redis_message_ttl_secs: number;
  readonly redis_max_sequences: number;
}

export interface HealthInputs {
  readonly snapshot: HealthSnapshot;
  readonly connectedClients: number;
  readonly replayBuffer: ReplayBufferHealth;
  readonly deadLetters: DeadLetterHealth;
  /** `null` = no limits. */
  readonly tenantLimits: TenantLimitsHealth | null;
  /** `null`: the server writes dead letters for whatever it reads. */
  readonly writer: ReplicaWriterHealth | null;
  /** Seconds without a working consumer group membership; `null` = it works now. */
  readonly kafkaDownSeconds: number | null;
  /** Partitions that stand still at a bad record. */
  readonly pausedPartitions: readonly PausedPartition[];
}

export type HealthStatus = "healthy" | "degraded" | "waiting" | "reconnecting";
export type KafkaStatus = "connected" | "waiting_for_messages" | "no_recent_messages";

export interface HealthMetrics {
  readonly kafka_messages_received: number;
  readonly kafka_errors: number;
  readonly infrastructure_errors: number;
  readonly connected_clients: number;
  readonly uptime_seconds: number;
  readonly last_kafka_message_ago_seconds: number | null;
  readonly dropped_messages: number;
  readonly dropped_messages_last_120s: number;
  readonly last_drop_ago_seconds: number | null;
  readonly decode_errors: number;
  readonly old_data_decode_errors: number;
  readonly payload_missing: number;
  readonly last_infrastructure_error_ago_seconds: number | null;
  readonly decode_errors_last_120s: number;
  readonly messages_last_120s: number;
  readonly send_failed: number;
  readonly send_timeout: number;
  readonly send_failed_last_120s: number;
  readonly send_timeout_last_120s: number;
}

export interface HealthReport {
  readonly status: HealthStatus;
  readonly metrics: HealthMetrics;
  readonly replay_buffer: ReplayBufferHealth;
  readonly kafka_status: KafkaStatus;
  /** `no_clients` or `<N>_clients_connected`. */
  readonly websocket_status: string;
  /** Absent when there is nothing to say. */
  readonly alert?: string;
  readonly circuit_breaker: CircuitBreakerReport;
  readonly connected_clients: number;
  readonly dlq_health: DeadLetterHealth;
  /** Absent without limits. */
  readonly tenant_limits?: TenantLimitsHealth;
  /** Only where servers write for each other (KAFKA_GROUP_MODE=per-replica). */
  readonly writer?: ReplicaWriterHealth;
}

/** Builds the body of `GET /health`. */
export function healthReport(inputs: HealthInputs): HealthReport {
  const { snapshot, connectedClients, replayBuffer } = inputs;
  const alerts = [...alertParts(snapshot, replayBuffer), ...pausedPart(inputs.pausedPartitions)];
  return {
    status: status(snapshot),
    metrics: healthMetrics(snapshot, connectedClients),
    replay_buffer: replayBuffer,
    kafka_status: kafkaStatus(snapshot),
    websocket_status: connectedClients === 0 ? "no_clients" : `${connectedClients}_clients_connected`,
    ...(alerts.length > 0 ? { alert: alerts.join(" | ") } : {}),
    circuit_breaker: circuitBreakerReport(inputs.kafkaDownSeconds),
    connected_clients: connectedClients,
    dlq_health: inputs.deadLetters,
    ...(inputs.tenantLimits === null ? {} : { tenant_limits: inputs.tenantLimits }),
    ...(inputs.writer === null ? {} : { writer: inputs.writer }),
  };
}

function errorRate(snapshot: HealthSnapshot): number {
  const { receivedInWindow, decodeErrorsInWindow } = snapshot;
  return receivedInWindow === 0 ? 0 : decodeErrorsInWindow / receivedInWindow;
}

function status(snapshot: HealthSnapshot): HealthStatus {
  const { lastReceivedAgoSeconds: idle, lastInfrastructureErrorAgoSeconds: error } = snapshot;
  if (snapshot.receivedInWindow >= MIN_SAMPLES && errorRate(snapshot) > ERROR_RATE_LIMIT) return "degraded";
  if (error !== null && error < RECENT_ERROR_SECONDS) return "reconnecting";
  return idle === null || idle > IDLE_SECONDS ? "waiting" : "healthy";
}

function kafkaStatus({ lastReceivedAgoSeconds: idle }: HealthSnapshot): KafkaStatus {
  if (idle === null) return "waiting_for_messages";
  return idle < IDLE_SECONDS ? "connected" : "no_recent_messages";
}

function wholeSeconds(seconds: number | null): number | null {
  return seconds === null ? null : Math.floor(seconds);
}

function healthMetrics(snapshot: HealthSnapshot, connectedClients: number): HealthMetrics {
  return {
    kafka_messages_received: snapshot.received,
    kafka_errors: snapshot.decodeErrors,
    infrastructure_errors: snapshot.infrastructureErrors,
    connected_clients: connectedClients,
    uptime_seconds: Math.floor(snapshot.uptimeSeconds),
    last_kafka_message_ago_seconds: wholeSeconds(snapshot.lastReceivedAgoSeconds),
    dropped_messages: snapshot.dropped,
    dropped_messages_last_120s: snapshot.droppedInWindow,
    last_drop_ago_seconds: wholeSeconds(snapshot.lastDropAgoSeconds),
    decode_errors: snapshot.decodeErrors,
    old_data_decode_errors: snapshot.oldDataDecodeErrors,
    payload_missing: snapshot.payloadMissing,
    last_infrastructure_error_ago_seconds: wholeSeconds(snapshot.lastInfrastructureErrorAgoSeconds),
    decode_errors_last_120s: snapshot.decodeErrorsInWindow,
    messages_last_120s: snapshot.receivedInWindow,
    send_failed: snapshot.sendFailed,
    send_timeout: snapshot.sendTimeout,
    send_failed_last_120s: snapshot.sendFailedInWindow,
    send_timeout_last_120s: snapshot.sendTimeoutInWindow,
  };
}

/** What an operator should know. Redis parts and missing values count from the start, so once raised they stay. */
function alertParts(snapshot: HealthSnapshot, replay: ReplayBufferHealth): readonly string[] {
  const parts: string[] = [];
  if (snapshot.droppedInWindow > DROP_LIMIT) {
    parts.push(`WARNING: slow clients missed ${snapshot.droppedInWindow} messages in the last 120 s`);
  }
  const rate = errorRate(snapshot);
  if (rate > ERROR_RATE_LIMIT) {
    const level = snapshot.receivedInWindow >= MIN_SAMPLES ? "CRITICAL" : "INFO";
    const share = `${snapshot.decodeErrorsInWindow} of ${snapshot.receivedInWindow}`;
    parts.push(`${level}: ${(rate * 100).toFixed(1)} % of messages failed in the last 120 s (${share})`);
  }
  if (replay.redis_enabled && replay.redis_write_dropped > 0) {
    parts.push(
      `WARNING: ${replay.redis_write_dropped} replay records were not written to Redis (no free slot)`,
    );
  }
  if (replay.redis_enabled && replay.redis_write_failures > 0) {
    parts.push(`WARNING: ${replay.redis_write_failures} replay writes to Redis failed`);
  }
  if (snapshot.payloadMissing > 0) {
    parts.push(`CRITICAL: ${snapshot.payloadMissing} Kafka records had no value`);
  }
  return parts;
}

/** Stands until somebody lets them go on. */
function pausedPart(paused: readonly PausedPartition[]): readonly string[] {
  if (paused.length === 0) return [];
  const named = paused.slice(0, NAMED_PARTITIONS).map(({ partition, offset }) => `${partition} at ${offset}`);
  const more = paused.length > named.length ? ` and ${paused.length - named.length} more` : "";
  const what = paused.length === 1 ? "1 partition is paused" : `${paused.length} partitions are paused`;
  return [
    `CRITICAL: ${what} at a bad record (${named.join(", ")}${more}); ${resumeCall("N")} goes on behind it`,
  ];
}
