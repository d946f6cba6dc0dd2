// All alerts, in the order in which rule files and pages list them.

import type { AlertDefinition } from "./alert.ts";
import { DASHSTREAM_DLQ_BACKPRESSURE_DROPS } from "./definitions/dashstream-dlq-backpressure-drops.ts";
import { DASHSTREAM_DLQ_SEND_FAILURES } from "./definitions/dashstream-dlq-send-failures.ts";
import { DLQ_BACKPRESSURE_DROPS } from "./definitions/dlq-backpressure-drops.ts";
import { DLQ_ITSELF_BROKEN } from "./definitions/dlq-itself-broken.ts";
import { DLQ_SEND_FAILURES } from "./definitions/dlq-send-failures.ts";
import { E2E_LATENCY_HIGH } from "./definitions/e2e-latency-high.ts";
import { GAP_DETECTED_WITH_HALT } from "./definitions/gap-detected-with-halt.ts";
import { HIGH_DECODE_ERROR_RATE } from "./definitions/high-decode-error-rate.ts";
import { HIGH_DLQ_RATE } from "./definitions/high-dlq-rate.ts";
import { HIGH_DROPPED_MESSAGE_RATE } from "./definitions/high-dropped-message-rate.ts";
import { HIGH_DUPLICATE_RATE } from "./definitions/high-duplicate-rate.ts";
import { HIGH_MESSAGE_PROCESSING_ERROR_RATE } from "./definitions/high-message-processing-error-rate.ts";
import { HIGH_REORDER_RATE } from "./definitions/high-reorder-rate.ts";
import { KAFKA_CONSUMER_LAG_CRITICAL } from "./definitions/kafka-consumer-lag-critical.ts";
import { KAFKA_CONSUMER_LAG_HIGH } from "./definitions/kafka-consumer-lag-high.ts";
import { KAFKA_INFRA_ERRORS_CRITICAL } from "./definitions/kafka-infra-errors-critical.ts";
import { KAFKA_INFRA_ERRORS_DETECTED } from "./definitions/kafka-infra-errors-detected.ts";
import { KAFKA_INFRA_ERRORS_HIGH } from "./definitions/kafka-infra-errors-high.ts";
import { KAFKA_PARTITION_STALE } from "./definitions/kafka-partition-stale.ts";
import { KAFKA_PARTITION_STALE_CRITICAL } from "./definitions/kafka-partition-stale-critical.ts";
import { OVERSIZED_MESSAGE } from "./definitions/oversized-message.ts";
import { RATE_LIMITER_REDIS_ERRORS } from "./definitions/rate-limiter-redis-errors.ts";
import { RATE_LIMITER_REDIS_HIGH_LATENCY } from "./definitions/rate-limiter-redis-high-latency.ts";
import { REPLAY_BUFFER_REDIS_WRITE_FAILURES } from "./definitions/replay-buffer-redis-write-failures.ts";
import { REPLAY_BUFFER_REDIS_WRITES_DROPPED } from "./definitions/replay-buffer-redis-writes-dropped.ts";
import { SCHEMA_VERSION_MISMATCH } from "./definitions/schema-version-mismatch.ts";
import { SEQUENCE_GAPS_DETECTED } from "./definitions/sequence-gaps-detected.ts";
import { SERVICE_DOWN } from "./definitions/service-down.ts";
import { TENANT_RATE_LIMIT_EXCEEDED } from "./definitions/tenant-rate-limit-exceeded.ts";
import { WATCHDOG } from "./definitions/watchdog.ts";
import { WEBSOCKET_DLQ_BROKEN } from "./definitions/websocket-dlq-broken.ts";
import { WEBSOCKET_DLQ_HIGH_RATE } from "./definitions/websocket-dlq-high-rate.ts";
import { WEBSOCKET_REDIS_ERRORS } from "./definitions/websocket-redis-errors.ts";
import { WEBSOCKET_REDIS_HIGH_LATENCY } from "./definitions/websocket-redis-high-latency.ts";

export const ALERTS: readonly AlertDefinition[] = [
  SERVICE_DOWN,
  WATCHDOG,
  HIGH_MESSAGE_PROCESSING_ERROR_RATE,
  HIGH_DECODE_ERROR_RATE,
  SCHEMA_VERSION_MISMATCH,
  OVERSIZED_MESSAGE,
  SEQUENCE_GAPS_DETECTED,
  GAP_DETECTED_WITH_HALT,
  HIGH_DUPLICATE_RATE,
  HIGH_REORDER_RATE,
  WEBSOCKET_DLQ_BROKEN,
  WEBSOCKET_DLQ_HIGH_RATE,
  HIGH_DLQ_RATE,
  DLQ_ITSELF_BROKEN,
  DASHSTREAM_DLQ_SEND_FAILURES,
  DLQ_SEND_FAILURES,
  DASHSTREAM_DLQ_BACKPRESSURE_DROPS,
  DLQ_BACKPRESSURE_DROPS,
  HIGH_DROPPED_MESSAGE_RATE,
  E2E_LATENCY_HIGH,
  KAFKA_CONSUMER_LAG_HIGH,
  KAFKA_CONSUMER_LAG_CRITICAL,
  KAFKA_PARTITION_STALE,
  KAFKA_PARTITION_STALE_CRITICAL,
  KAFKA_INFRA_ERRORS_DETECTED,
  KAFKA_INFRA_ERRORS_HIGH,
  KAFKA_INFRA_ERRORS_CRITICAL,
  WEBSOCKET_REDIS_ERRORS,
  WEBSOCKET_REDIS_HIGH_LATENCY,
  RATE_LIMITER_REDIS_ERRORS,
  RATE_LIMITER_REDIS_HIGH_LATENCY,
  REPLAY_BUFFER_REDIS_WRITES_DROPPED,
  REPLAY_BUFFER_REDIS_WRITE_FAILURES,
  TENANT_RATE_LIMIT_EXCEEDED,
];

/** The alert of this name; `null` if there is none. */
export function findAlert(name: string): AlertDefinition | null {
  return ALERTS.find((alert) => alert.name === name) ?? null;
}
