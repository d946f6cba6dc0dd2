// CreateTopics.

import { defineApi } from "../api.ts";
import { array, boolean, int16, int32, nullableString, string, struct } from "../layout.ts";

export const createTopics = defineApi({
  name: "CreateTopics",
  key: 19,
  versions: [2, 4],
  request: struct({
    topics: array(
      struct({
        name: string,
        /** -1 with an assignment, or for the broker's default. */
        numPartitions: int32,
        replicationFactor: int16,
        assignments: array(struct({ partitionIndex: int32, brokerIds: array(int32) })),
        configs: array(struct({ name: string, value: nullableString })),
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
