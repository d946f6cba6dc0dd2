// `dashstream/stream`: what other programs can build on. Start with `systemSeams()`, `createStreamMetrics()` and
// `DEFAULT_KAFKA_SETTINGS`, then `Producer`, `Consumer` and `DlqHandler`.

export { DashstreamError, type ErrorCode } from "../errors.ts";
export type { Clock } from "../runtime/clock.ts";
export type { Network } from "../runtime/network.ts";
export type { Random } from "../runtime/random.ts";
export type { Features } from "../telemetry/definition.ts";
export type { Log } from "../telemetry/log.ts";
export type { Metrics } from "../telemetry/metrics.ts";
export { type CompressionOptions, DEFAULT_COMPRESSION, DEFAULT_MAX_PAYLOAD_BYTES } from "../wire/frame.ts";
export type { DashStreamMessage, DashStreamMessageInit } from "../wire/model.ts";
export type { SchemaPolicy } from "../wire/schema-policy.ts";
export type { BackoffPolicy } from "./backoff.ts";
export { Consumer, type ConsumerOptions } from "./consumer.ts";
export {
  DEAD_LETTER_TYPES,
  type DeadLetter,
  type DeadLetterFailure,
  type DeadLetterHealth,
  type DeadLetterType,
  type DlqMode,
} from "./dead-letter.ts";
export { type DeadLetterMetrics, libraryDeadLetterMetrics } from "./dead-letter-metrics.ts";
export type { DeadLetterOrigin } from "./dead-letter-record.ts";
export { DlqHandler, type DlqHandlerOptions } from "./dlq-handler.ts";
export type { InfrastructureErrorType, OnInfrastructureError } from "./infrastructure-errors.ts";
export {
  createKafkaAdmin,
  type KafkaAdmin,
  type KafkaAdminOptions,
  type PartitionRange,
} from "./kafka-admin.ts";
export { DEFAULT_KAFKA_SETTINGS, type KafkaSettings } from "./kafka-settings.ts";
export type { BadRecord } from "./message-delivery.ts";
export type { OffsetReset, PartitionState } from "./partition-state.ts";
export { Producer, type ProducerOptions, type SendLimiter } from "./producer.ts";
export {
  createRangeReader,
  type PagesOptions,
  type RangePage,
  type RangeReader,
  type RangeReaderOptions,
} from "./range-reader.ts";
export type { ReceivedMessage } from "./received-message.ts";
export type { RedisSettings } from "./redis-settings.ts";
export { HOPS_HEADER, RECORD_ID_HEADER, type RecordHeaders } from "./redrive-headers.ts";
export { createStreamMetrics, type Seams, systemSeams } from "./seams.ts";
export {
  type GapPolicy,
  type SequenceEvents,
  type SequenceGap,
  type SequenceOptions,
  SequenceValidator,
  type SequenceVerdict,
} from "./sequence.ts";
export {
  type LimiterState,
  TenantRateLimiter,
  type TenantRateLimiterOptions,
} from "./tenant-rate-limiter.ts";
export type { SharedBuckets } from "./tenant-redis-buckets.ts";
export type { RateLimit } from "./token-bucket.ts";
