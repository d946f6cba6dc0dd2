// Produce: record batches for the leaders of partitions. Records stay slices of the request.
//
// Versions below 3 carry older record formats and are refused, but version 0 is advertised all the same, as
// Kafka 4 does: librdkafka looks for it before it compresses.

import { defineApi } from "../api.ts";
import { array, int16, int32, int64, nullableString, records, since, string, struct } from "../layout.ts";

const recordError = struct({ batchIndex: int32, message: nullableString });

export const produce = defineApi({
  name: "Produce",
  key: 0,
  versions: [3, 8],
  advertisedMinVersion: 0,
  request: struct({
    transactionalId: nullableString,
    /** 0 wants no answer, 1 and -1 want one when the batch is written. */
    acks: int16,
    timeoutMs: int32,
    topics: array(struct({ name: string, partitions: array(struct({ index: int32, records })) })),
  }),
  response: struct({
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            errorCode: int16,
            baseOffset: int64,
            /** -1 unless the broker stamps the records. */
            logAppendTimeMs: int64,
            logStartOffset: since(5, int64, -1),
            recordErrors: since(8, array(recordError), []),
            errorMessage: since(8, nullableString, null),
          }),
        ),
      }),
    ),
    throttleTimeMs: int32,
  }),
});
