// DeleteRecords: everything before an offset goes, on the leaders of partitions.

import { defineApi } from "../api.ts";
import { array, int16, int32, int64, string, struct } from "../layout.ts";

/** As an offset of the request: the end of what consumers may see. */
export const HIGH_WATERMARK = -1;

export const deleteRecords = defineApi({
  name: "DeleteRecords",
  key: 21,
  versions: [0, 1],
  request: struct({
    topics: array(
      struct({
        name: string,
        /** Records before `offset` are deleted. */
        partitions: array(struct({ index: int32, offset: int64 })),
      }),
    ),
    timeoutMs: int32,
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(
      struct({
        name: string,
        /** The low watermark is the offset of the oldest record that is left, -1 with an error. */
        partitions: array(struct({ index: int32, lowWatermark: int64, errorCode: int16 })),
      }),
    ),
  }),
});
