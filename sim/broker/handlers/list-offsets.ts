// ListOffsets: either end of a partition, or the first record at or after a time.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import {
  EARLIEST_TIMESTAMP,
  LATEST_TIMESTAMP,
  type listOffsets,
} from "../../../src/kafka-protocol/requests/list-offsets.ts";
import type { PartitionLog } from "../log/partition-log.ts";
import { refusedPartition } from "../refusals.ts";
import type { RequestContext } from "../request-context.ts";
import { findLed } from "./leader.ts";

const NOWHERE = { timestampMs: -1, offset: -1 };

function lookUp(log: PartitionLog, timestampMs: number): { timestampMs: number; offset: number } {
  if (timestampMs === LATEST_TIMESTAMP) return { timestampMs: -1, offset: log.endOffset };
  if (timestampMs === EARLIEST_TIMESTAMP) return { timestampMs: -1, offset: log.startOffset };
  return log.firstAtOrAfter(timestampMs) ?? NOWHERE;
}

export function handleListOffsets(
  request: RequestOf<typeof listOffsets>,
  context: RequestContext,
): ResponseOf<typeof listOffsets> {
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index, timestampMs }) => {
      const led = findLed(context, name, index);
      if (led.kind === "refused") return refusedPartition.ListOffsets(index, led.errorCode);
      const found = lookUp(led.partition.log, timestampMs);
      return { index, errorCode: KAFKA_ERRORS.NONE, leaderEpoch: -1, ...found };
    }),
  }));
  return { throttleTimeMs: 0, topics };
}
