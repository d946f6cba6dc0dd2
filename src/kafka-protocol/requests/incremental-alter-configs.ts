// IncrementalAlterConfigs: changes the named settings of a resource and leaves the others.

import { defineApi } from "../api.ts";
import { array, boolean, int8, int16, int32, nullableString, string, struct } from "../layout.ts";

/** Operations on one setting; appending to and subtracting from lists is not offered. */
export const CONFIG_OPERATION = { SET: 0, DELETE: 1 } as const;

export const incrementalAlterConfigs = defineApi({
  name: "IncrementalAlterConfigs",
  key: 44,
  versions: [0, 0],
  request: struct({
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        configs: array(struct({ name: string, configOperation: int8, value: nullableString })),
      }),
    ),
    validateOnly: boolean,
  }),
  response: struct({
    throttleTimeMs: int32,
    resources: array(
      struct({
        errorCode: int16,
        errorMessage: nullableString,
        resourceType: int8,
        resourceName: string,
      }),
    ),
  }),
});
