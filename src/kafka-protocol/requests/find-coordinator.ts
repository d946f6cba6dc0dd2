// FindCoordinator: the broker that coordinates a consumer group.

import { defineApi } from "../api.ts";
import { int8, int16, int32, nullableString, since, string, struct } from "../layout.ts";

/** The key type of consumer groups; the other one, 1, is for transactions. */
export const GROUP_KEY_TYPE = 0;

export const findCoordinator = defineApi({
  name: "FindCoordinator",
  key: 10,
  versions: [0, 2],
  request: struct({ key: string, keyType: since(1, int8, GROUP_KEY_TYPE) }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
    errorMessage: since(1, nullableString, null),
    nodeId: int32,
    host: string,
    port: int32,
  }),
});
