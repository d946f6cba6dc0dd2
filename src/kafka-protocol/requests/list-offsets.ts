// ListOffsets: the offset of the first record at or after a time, or of either end of a partition.

import { defineApi } from "../api.ts";
import { array, int8, int16, int32, int64, since, string, struct } from "../layout.ts";

/** Asks for the offset after the last record. */
export const LATEST_TIMESTAMP = -1;
/** Asks for the offset of the oldest record. */
export const EARLIEST_TIMESTAMP = -2;

export const listOffsets = defineApi({
  name: "ListOffsets",
  key: 2,
  versions: [1, 5],
  request: struct({
    /** -1 for consumers. */
    replicaId: int32,
    isolationLevel: since(2, int8, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({ index: int32, currentLeaderEpoch: since(4, int32, -1), timestampMs: int64 }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: since(2, int32, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            errorCode: int16,
            /** -1 for either end, and with offset -1 if there is no such record. */
            timestampMs: int64,
            offset: int64,
            leaderEpoch: since(4, int32, -1),
          }),
        ),
      }),
    ),
  }),
});
