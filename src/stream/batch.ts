// What the Kafka consumer hands to its handler, and what the handler promises back.

import type { KafkaMessage } from "kafkajs";

/** Records of one partition, in offset order. `offset` of a record is a decimal string, as kafkajs gives it. */
export interface ConsumedBatch {
  readonly partition: number;
  readonly records: readonly KafkaMessage[];
  /** Offset after the last record that consumers may see, when the batch was fetched. */
  readonly highWatermark: number;
  /** Everything below `nextOffset` is handled; it may be committed from now on. */
  progress(nextOffset: number): void;
  /** Keeps the group membership alive during long handling; cheap, may be called after each slice. */
  heartbeat(): Promise<void>;
  /** True once the partition was revoked or the consumer stops: the handler returns after its current slice. */
  cancelled(): boolean;
}

/** A partition this process now reads. */
export interface Assignment {
  readonly partition: number;
  /** The offset that will be read first: the committed one, else by the reset policy. */
  readonly startOffset: number;
  /** Offset of the oldest record that Kafka still has. */
  readonly logStartOffset: number;
  /** High watermark when the partition was assigned. */
  readonly logEndOffset: number;
}

export interface BatchHandler {
  /**
   * Handles the records of one partition in order. Resolves when all are handled (or the batch was cancelled).
   * Never called twice at once for one partition. A rejection stops nothing silently: the batch is read again.
   */
  handleBatch(batch: ConsumedBatch): Promise<void>;
  assigned(assignments: readonly Assignment[]): void;
  revoked(partitions: readonly number[]): void;
}
