// DeleteGroups: forgets groups without members, with what they committed.

import { defineApi } from "../api.ts";
import { array, int16, int32, string, struct } from "../layout.ts";

export const deleteGroups = defineApi({
  name: "DeleteGroups",
  key: 42,
  versions: [0, 1],
  request: struct({ groupNames: array(string) }),
  response: struct({
    throttleTimeMs: int32,
    results: array(struct({ groupId: string, errorCode: int16 })),
  }),
});
