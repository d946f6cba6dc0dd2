// ApiVersions: which versions of which APIs a broker speaks. A request newer than the broker knows is answered in
// version 0 with UNSUPPORTED_VERSION and the list (KIP-511), so that the client can ask again.

import { defineApi } from "../api.ts";
import { array, int16, int32, since, struct } from "../layout.ts";

export const apiVersions = defineApi({
  name: "ApiVersions",
  key: 18,
  versions: [0, 2],
  request: struct({}),
  response: struct({
    errorCode: int16,
    apiKeys: array(struct({ apiKey: int16, minVersion: int16, maxVersion: int16 })),
    throttleTimeMs: since(1, int32, 0),
  }),
});
