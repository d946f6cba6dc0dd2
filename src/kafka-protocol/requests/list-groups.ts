// ListGroups: the groups that a broker coordinates.

import { defineApi } from "../api.ts";
import { array, int16, int32, since, string, struct } from "../layout.ts";

export const listGroups = defineApi({
  name: "ListGroups",
  key: 16,
  versions: [0, 2],
  request: struct({}),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
    groups: array(struct({ groupId: string, protocolType: string })),
  }),
});
