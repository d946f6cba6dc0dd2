// ApiVersions: the table of what is spoken here.

import {
  encodeResponse,
  type RequestHeader,
  type RequestOf,
  type ResponseOf,
} from "../../../src/kafka-protocol/api.ts";
import { APIS } from "../../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
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

/** The answer to a request for versions that is newer than is known here (KIP-511); `null` for every other request. */
export function answerToNewerVersions(header: RequestHeader): Buffer | null {
  const { key, maxVersion, response } = APIS.ApiVersions;
  if (header.apiKey !== key || header.apiVersion <= maxVersion) return null;
  return encodeResponse(
    response(0),
    header.correlationId,
    versionsResponse(KAFKA_ERRORS.UNSUPPORTED_VERSION),
  );
}

export function handleApiVersions(
  _request: RequestOf<typeof apiVersions>,
  context: RequestContext,
): ResponseOf<typeof apiVersions> {
  return versionsResponse(faultOf(context));
}
