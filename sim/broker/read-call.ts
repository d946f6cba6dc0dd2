// From the bytes of a request to the call that the embedded broker answers.

import { DashstreamError } from "../../src/errors.ts";
import { encodeResponse, readRequestHeader } from "../../src/kafka-protocol/api.ts";
import { APIS } from "../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../src/kafka-protocol/error-codes.ts";
import { Reader } from "../../src/kafka-protocol/reader.ts";
import type { Cluster } from "./cluster.ts";
import type { Call } from "./connection.ts";
import { versionsResponse } from "./handlers/api-versions.ts";
import { ROUTES } from "./routes.ts";

/** What DescribeGroups shows as a member's host; sockets of a `Network` have no address to show. */
const CLIENT_HOST = "/127.0.0.1";

/**
 * A request to one node; bytes are the answer to a request for versions that is newer than is known here (KIP-511).
 * @throws DashstreamError `protocol_error` if it is none, or of a version that is not spoken here
 */
export function readCall(frame: Buffer, cluster: Cluster, nodeId: number): Call | Buffer {
  const reader = new Reader(frame);
  const header = readRequestHeader(reader);
  const { ApiVersions } = APIS;
  if (header.apiKey === ApiVersions.key && header.apiVersion > ApiVersions.maxVersion) {
    const fallback = versionsResponse(KAFKA_ERRORS.UNSUPPORTED_VERSION);
    return encodeResponse(ApiVersions.response(0), header.correlationId, fallback);
  }
  const route = ROUTES.get(header.apiKey);
  if (!route) throw new DashstreamError("protocol_error", `API key ${header.apiKey} is not spoken here`);
  const { api, targets, handle } = route.decode(header, reader);
  return {
    api,
    header,
    targets,
    handle: ({ decision, connection }) =>
      handle({
        cluster,
        nodeId,
        apiVersion: header.apiVersion,
        clientId: header.clientId ?? "",
        clientHost: CLIENT_HOST,
        connection,
        decision,
      }),
  };
}
