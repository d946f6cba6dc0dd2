// CreatePartitions: more partitions for an existing topic.

import { defineApi } from "../api.ts";
import { array, boolean, int16, int32, nullableArray, nullableString, string, struct } from "../layout.ts";

export const createPartitions = defineApi({
  name: "CreatePartitions",
  key: 37,
  versions: [0, 1],
  request: struct({
    topics: array(
      struct({
        name: string,
        /** How many there are to be in all. */
        count: int32,
        assignments: nullableArray(struct({ brokerIds: array(int32) })),
      }),
    ),
    timeoutMs: int32,
    validateOnly: boolean,
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(struct({ name: string, errorCode: int16, errorMessage: nullableString })),
  }),
});
