// `dashstream/stream`: what other programs can build on. Start with `systemSeams()`, `createStreamMetrics()` and
// `DEFAULT_KAFKA_SETTINGS`, then `Producer`, `Consumer` and `DlqHandler`.

export { DEFAULT_COMPRESSION, DEFAULT_MAX_PAYLOAD_BYTES } from "../wire/frame.ts";
export type { DashStreamMessage, DashStreamMessageInit } from "../wire/model.ts";
export type { Assignment, BatchHandler, ConsumedBatch } from "./batch.ts";
export { registerCodecs } from "./codecs.ts";
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
export { GroupConsumer, type GroupConsumerOptions } from "./group-consumer.ts";
export type { InfrastructureErrorType, OnInfrastructureError } from "./infrastructure-errors.ts";
export { createKafkaAdmin, type KafkaAdmin, type PartitionRange } from "./kafka-admin.ts";
export { DEFAULT_KAFKA_SETTINGS, type KafkaSettings } from "./kafka-settings.ts";
export type { BadRecord, ReceivedMessage } from "./message-delivery.ts";
export { Producer, type ProducerOptions, type SendLimiter } from "./producer.ts";
export { createRangeReader, type RangeReader, type RangeReaderOptions } from "./range-reader.ts";
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
