// SyncGroup: the leader hands in the assignment, and every member gets its part.

import { defineApi } from "../api.ts";
import { array, bytes, int16, int32, nullableString, since, string, struct } from "../layout.ts";

export const syncGroup = defineApi({
  name: "SyncGroup",
  key: 14,
  versions: [0, 3],
  request: struct({
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, nullableString, null),
    assignments: array(struct({ memberId: string, assignment: bytes })),
  }),
  response: struct({ throttleTimeMs: since(1, int32, 0), errorCode: int16, assignment: bytes }),
});
