// AlterConfigs: replaces all settings of a resource; what is not named returns to its default.

import { defineApi } from "../api.ts";
import { array, boolean, int8, int16, int32, nullableString, string, struct } from "../layout.ts";

export const alterConfigs = defineApi({
  name: "AlterConfigs",
  key: 33,
  versions: [0, 1],
  request: struct({
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        configs: array(struct({ name: string, value: nullableString })),
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
