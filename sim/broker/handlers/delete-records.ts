// DeleteRecords: the log of a partition begins later from now on.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import { type deleteRecords, HIGH_WATERMARK } from "../../../src/kafka-protocol/requests/delete-records.ts";
import { refusedPartition } from "../refusals.ts";
import type { RequestContext } from "../request-context.ts";
import { findLed } from "./leader.ts";

export function handleDeleteRecords(
  request: RequestOf<typeof deleteRecords>,
  context: RequestContext,
): ResponseOf<typeof deleteRecords> {
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index, offset }) => {
      const led = findLed(context, name, index);
      if (led.kind === "refused") return refusedPartition.DeleteRecords(index, led.errorCode);
      const { log } = led.partition;
      const startOffset = offset === HIGH_WATERMARK ? log.endOffset : offset;
      if (startOffset < 0 || startOffset > log.endOffset) {
        return refusedPartition.DeleteRecords(index, KAFKA_ERRORS.OFFSET_OUT_OF_RANGE);
      }
      log.startAt(startOffset);
      return { index, errorCode: KAFKA_ERRORS.NONE, lowWatermark: log.startOffset };
    }),
  }));
  return { throttleTimeMs: 0, topics };
}
