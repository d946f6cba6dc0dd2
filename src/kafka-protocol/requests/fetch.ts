// Fetch: record batches from the leaders of partitions. Records are slices on the way in and on the way out.

import { defineApi } from "../api.ts";
import {
  array,
  int8,
  int16,
  int32,
  int64,
  nullableArray,
  records,
  since,
  string,
  struct,
} from "../layout.ts";

export const fetch = defineApi({
  name: "Fetch",
  key: 1,
  versions: [4, 11],
  request: struct({
    /** -1 for consumers. */
    replicaId: int32,
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32,
    /** 0 reads everything, 1 only what is committed. */
    isolationLevel: int8,
    sessionId: since(7, int32, 0),
    sessionEpoch: since(7, int32, -1),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            currentLeaderEpoch: since(9, int32, -1),
            fetchOffset: int64,
            logStartOffset: since(5, int64, -1),
            maxBytes: int32,
          }),
        ),
      }),
    ),
    forgottenTopics: since(7, array(struct({ name: string, partitions: array(int32) })), []),
    rackId: since(11, string, ""),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: since(7, int16, 0),
    sessionId: since(7, int32, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            errorCode: int16,
            highWatermark: int64,
            lastStableOffset: int64,
            logStartOffset: since(5, int64, -1),
            abortedTransactions: nullableArray(struct({ producerId: int64, firstOffset: int64 })),
            preferredReadReplica: since(11, int32, -1),
            records,
          }),
        ),
      }),
    ),
  }),
});
