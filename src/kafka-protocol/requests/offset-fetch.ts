// OffsetFetch: what a group has committed.

import { defineApi } from "../api.ts";
import {
  array,
  int16,
  int32,
  int64,
  nullableArray,
  nullableString,
  since,
  string,
  struct,
} from "../layout.ts";

export const offsetFetch = defineApi({
  name: "OffsetFetch",
  key: 9,
  versions: [1, 5],
  request: struct({
    groupId: string,
    /** Null, from version 2 on, asks for all that the group has committed. */
    topics: nullableArray(struct({ name: string, partitions: array(int32) })),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            /** -1 if nothing was committed. */
            offset: int64,
            leaderEpoch: since(5, int32, -1),
            metadata: nullableString,
            errorCode: int16,
          }),
        ),
      }),
    ),
    errorCode: since(2, int16, 0),
  }),
});
