// Produce: one batch a partition, checked by its header and checksum and appended as it came.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { codecOf } from "../../../src/kafka-protocol/compression.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import {
  BATCH_MAGIC,
  type BatchHeader,
  hasValidCrc,
  isControlBatch,
  isTransactionalBatch,
  readBatchHeader,
} from "../../../src/kafka-protocol/record-batch.ts";
import type { produce } from "../../../src/kafka-protocol/requests/produce.ts";
import { refusedPartition } from "../refusals.ts";
import type { RequestContext } from "../request-context.ts";
import { findLed } from "./leader.ts";

type PartitionResponse = ResponseOf<typeof produce>["topics"][number]["partitions"][number];

/** Why Kafka would not take this batch; 0 if it would. */
function refusalOf(source: Buffer, batch: BatchHeader, maxMessageBytes: number): number {
  if (batch.sizeBytes > maxMessageBytes) return KAFKA_ERRORS.MESSAGE_TOO_LARGE;
  if (batch.magic !== BATCH_MAGIC) return KAFKA_ERRORS.INVALID_RECORD;
  if (!hasValidCrc(source, batch)) return KAFKA_ERRORS.CORRUPT_MESSAGE;
  if (batch.recordCount < 1 || batch.lastOffsetDelta !== batch.recordCount - 1) {
    return KAFKA_ERRORS.INVALID_RECORD;
  }
  if (isControlBatch(batch) || batch.sizeBytes !== source.length) return KAFKA_ERRORS.INVALID_RECORD;
  if (isTransactionalBatch(batch)) return KAFKA_ERRORS.INVALID_TXN_STATE;
  return codecOf(batch.attributes) === null ? KAFKA_ERRORS.UNSUPPORTED_COMPRESSION_TYPE : KAFKA_ERRORS.NONE;
}

function append(
  context: RequestContext,
  topicName: string,
  index: number,
  slices: readonly Buffer[],
): PartitionResponse {
  const led = findLed(context, topicName, index);
  if (led.kind === "refused") return refusedPartition.Produce(index, led.errorCode);
  const { topic, partition } = led;
  const source = slices[0];
  if (!source) return refusedPartition.Produce(index, KAFKA_ERRORS.INVALID_RECORD);
  const batch = readBatchHeader(source, 0);
  if (!batch) return refusedPartition.Produce(index, KAFKA_ERRORS.CORRUPT_MESSAGE);
  const refusal = refusalOf(source, batch, topic.limits.maxMessageBytes);
  if (refusal !== KAFKA_ERRORS.NONE) return refusedPartition.Produce(index, refusal);
  const { log } = partition;
  const verdict = log.producers.check(batch);
  if (verdict.kind === "refused") return refusedPartition.Produce(index, verdict.errorCode);
  return {
    index,
    errorCode: KAFKA_ERRORS.NONE,
    baseOffset: verdict.kind === "duplicate" ? verdict.baseOffset : log.append(source, batch),
    logAppendTimeMs: -1,
    logStartOffset: log.startOffset,
    recordErrors: [],
    errorMessage: null,
  };
}

/** `null`: the producer asked for no answer. */
export function handleProduce(
  request: RequestOf<typeof produce>,
  context: RequestContext,
): ResponseOf<typeof produce> | null {
  const validAcks = request.acks === 0 || request.acks === 1 || request.acks === -1;
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index, records }) =>
      validAcks
        ? append(context, name, index, records)
        : refusedPartition.Produce(index, KAFKA_ERRORS.INVALID_REQUIRED_ACKS),
    ),
  }));
  return request.acks === 0 ? null : { topics, throttleTimeMs: 0 };
}
