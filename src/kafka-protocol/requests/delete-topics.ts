// DeleteTopics.

import { defineApi } from "../api.ts";
import { array, int16, int32, string, struct } from "../layout.ts";

export const deleteTopics = defineApi({
  name: "DeleteTopics",
  key: 20,
  versions: [1, 3],
  request: struct({ topicNames: array(string), timeoutMs: int32 }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(struct({ name: string, errorCode: int16 })),
  }),
});
