// LeaveGroup: members go at once instead of by session timeout. One member up to version 2, many from 3 on.

import { defineApi } from "../api.ts";
import { array, int16, int32, nullableString, since, string, struct } from "../layout.ts";

export const leaveGroup = defineApi({
  name: "LeaveGroup",
  key: 13,
  versions: [0, 3],
  request: struct({
    groupId: string,
    memberId: since(0, string, "", 2),
    members: since(3, array(struct({ memberId: string, groupInstanceId: nullableString })), []),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
    members: since(
      3,
      array(struct({ memberId: string, groupInstanceId: nullableString, errorCode: int16 })),
      [],
    ),
  }),
});
