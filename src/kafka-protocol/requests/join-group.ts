// JoinGroup: a member offers its protocols; the answer comes when the group is complete.

import { defineApi } from "../api.ts";
import { array, bytes, int16, int32, nullableString, since, string, struct } from "../layout.ts";

export const joinGroup = defineApi({
  name: "JoinGroup",
  key: 11,
  versions: [2, 5],
  request: struct({
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: int32,
    /** Empty for a member that has no id yet. */
    memberId: string,
    groupInstanceId: since(5, nullableString, null),
    protocolType: string,
    protocols: array(struct({ name: string, metadata: bytes })),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    generationId: int32,
    protocolName: string,
    leaderId: string,
    memberId: string,
    /** All members, for the leader; empty for the others. */
    members: array(
      struct({ memberId: string, groupInstanceId: since(5, nullableString, null), metadata: bytes }),
    ),
  }),
});
