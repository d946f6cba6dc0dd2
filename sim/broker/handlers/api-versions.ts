// ApiVersions: the table of what is spoken here.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { APIS } from "../../../src/kafka-protocol/apis.ts";
import type { apiVersions } from "../../../src/kafka-protocol/requests/api-versions.ts";
import { faultOf, type RequestContext } from "../request-context.ts";

const SPOKEN = Object.values(APIS).map(({ key, advertisedMinVersion, maxVersion }) => ({
  apiKey: key,
  minVersion: advertisedMinVersion,
  maxVersion,
}));

export function versionsResponse(errorCode: number): ResponseOf<typeof apiVersions> {
  return { errorCode, apiKeys: SPOKEN, throttleTimeMs: 0 };
}

export function handleApiVersions(
  _request: RequestOf<typeof apiVersions>,
  context: RequestContext,
): ResponseOf<typeof apiVersions> {
  return versionsResponse(faultOf(context));
}
