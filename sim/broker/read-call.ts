// From the bytes of a request to the call that the embedded broker answers.

import { DashstreamError } from "../../src/errors.ts";
import { readRequestHeader } from "../../src/kafka-protocol/api.ts";
import { Reader } from "../../src/kafka-protocol/reader.ts";
import type { Cluster } from "./cluster.ts";
import type { Call } from "./connection.ts";
import { answerToNewerVersions } from "./handlers/api-versions.ts";
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
  const newer = answerToNewerVersions(header);
  if (newer !== null) return newer;
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
