// Heartbeat: a member is alive; the answer tells it when to join again.

import { defineApi } from "../api.ts";
import { int16, int32, nullableString, since, string, struct } from "../layout.ts";

export const heartbeat = defineApi({
  name: "Heartbeat",
  key: 12,
  versions: [0, 3],
  request: struct({
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, nullableString, null),
  }),
  response: struct({ throttleTimeMs: since(1, int32, 0), errorCode: int16 }),
});
