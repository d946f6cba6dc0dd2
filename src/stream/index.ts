// `dashstream/stream`: what other programs can build on.

export type { Assignment, BatchHandler, ConsumedBatch } from "./batch.ts";
export { registerCodecs } from "./codecs.ts";
export { GroupConsumer, type GroupConsumerOptions } from "./consumer.ts";
export type { InfrastructureErrorType, OnInfrastructureError } from "./infrastructure-errors.ts";
export { createKafkaAdmin, type KafkaAdmin, type PartitionRange } from "./kafka-admin.ts";
export { DEFAULT_KAFKA_SETTINGS, type KafkaSettings } from "./kafka-settings.ts";
export {
  type GapPolicy,
  type SequenceEvents,
  type SequenceGap,
  type SequenceOptions,
  SequenceValidator,
  type SequenceVerdict,
} from "./sequence.ts";
