// OffsetCommit: a group's position, the offset of the next record to read.

import { defineApi } from "../api.ts";
import { array, int16, int32, int64, nullableString, since, string, struct } from "../layout.ts";

export const offsetCommit = defineApi({
  name: "OffsetCommit",
  key: 8,
  versions: [2, 7],
  request: struct({
    groupId: string,
    /** -1 with an empty member id: a commit from outside, allowed while the group has no members. */
    generationId: int32,
    memberId: string,
    groupInstanceId: since(7, nullableString, null),
    retentionTimeMs: since(2, int64, -1, 4),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            offset: int64,
            leaderEpoch: since(6, int32, -1),
            metadata: nullableString,
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    topics: array(struct({ name: string, partitions: array(struct({ index: int32, errorCode: int16 })) })),
  }),
});
