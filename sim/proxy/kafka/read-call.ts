// From the bytes of a request to the call that goes on to a real broker: the table of the APIs that are read here, and what
// becomes of the others.

import { DashstreamError } from "../../../src/errors.ts";
import { type Api, encodeResponse, readRequestHeader } from "../../../src/kafka-protocol/api.ts";
import { APIS, type ApiName } from "../../../src/kafka-protocol/apis.ts";
import { Reader } from "../../../src/kafka-protocol/reader.ts";
import { describeCluster } from "../../../src/kafka-protocol/requests/describe-cluster.ts";
import type { Call, Handling } from "../../broker/connection.ts";
import { answerToNewerVersions } from "../../broker/handlers/api-versions.ts";
import { TARGETS } from "../../broker/targets.ts";
import { rewriteCluster, rewriteCoordinator, rewriteMetadata } from "./addresses.ts";
import { rationed, sessionless, UNKNOWN_SESSION, withheld } from "./fetching.ts";
import { type Arrived, type Decode, passOn, type Route, route, type Way } from "./forwarding.ts";
import { SPLITS } from "./splits.ts";
import { withPrefix } from "./upstream.ts";
import { limitVersions, NOT_OFFERED } from "./versions.ts";

type FetchRoute = typeof APIS.Fetch extends Api<"Fetch", infer Req, infer Res> ? Route<Req, Res> : never;

const fetchSpecially: FetchRoute["special"] = (request, { way, handling, ask }) => {
  const plain = sessionless(request);
  if (plain === null) return Promise.resolve(UNKNOWN_SESSION);
  const fetching = { request: plain, upstream: way.upstream, clock: way.clock, ask };
  const kind = handling.decision?.action.kind;
  if (kind === "error") return null;
  if (kind === "withhold") return withheld(fetching, handling);
  if (kind === "ration") return rationed(fetching, handling);
  return request.sessionEpoch === plain.sessionEpoch ? null : ask(plain);
};

/** An API whose answers say nothing of addresses. */
const simple = <N extends ApiName>(name: N) => ({
  api: APIS[name],
  targets: TARGETS[name],
  split: SPLITS[name],
});

const ROUTES: ReadonlyMap<number, Decode> = new Map([
  route({ ...simple("Produce"), isAnswered: ({ acks }) => acks !== 0 }),
  route({ ...simple("Fetch"), special: fetchSpecially }),
  route(simple("ListOffsets")),
  route({ ...simple("Metadata"), rewrite: rewriteMetadata }),
  route(simple("OffsetCommit")),
  route(simple("OffsetFetch")),
  route({ ...simple("FindCoordinator"), rewrite: rewriteCoordinator }),
  route(simple("JoinGroup")),
  route(simple("Heartbeat")),
  route(simple("LeaveGroup")),
  route(simple("SyncGroup")),
  route(simple("DescribeGroups")),
  route(simple("ListGroups")),
  route({ ...simple("ApiVersions"), rewrite: limitVersions }),
  route(simple("CreateTopics")),
  route(simple("DeleteTopics")),
  route(simple("DeleteRecords")),
  route(simple("InitProducerId")),
  route(simple("DescribeConfigs")),
  route(simple("AlterConfigs")),
  route(simple("CreatePartitions")),
  route(simple("DeleteGroups")),
  route(simple("IncrementalAlterConfigs")),
]);

/**
 * A request of a client; bytes are the answer to a request for versions that is newer than is known here (KIP-511).
 * @throws DashstreamError `protocol_error` if it is none, or of an API or version that cannot pass
 */
export function readProxiedCall(frame: Buffer, way: Way): Call | Buffer {
  const reader = new Reader(frame);
  const header = readRequestHeader(reader);
  const newer = answerToNewerVersions(header);
  if (newer !== null) return newer;
  const decode = ROUTES.get(header.apiKey);
  return decode ? decode({ header, frame }, reader, way) : opaque({ header, frame }, way);
}

/** A request that is not read: rules that concern all requests concern it too, except that it cannot be refused. */
function opaque(arrived: Arrived, way: Way): Call {
  const { header } = arrived;
  const { apiKey, apiVersion } = header;
  const isCluster = apiKey === describeCluster.key;
  const cannot = (why: string) => new DashstreamError("protocol_error", `API key ${apiKey} ${why}`);
  const missing = NOT_OFFERED.get(apiKey);
  if (missing !== undefined) throw cannot(`(${missing}) does not pass this proxy`);
  if (isCluster && apiVersion > describeCluster.maxVersion) {
    throw cannot(`(DescribeCluster) is read up to version ${describeCluster.maxVersion}, not ${apiVersion}`);
  }
  return {
    api: null,
    header,
    targets: [],
    async handle({ decision }: Handling) {
      if (decision?.action.kind === "error")
        throw cannot("is not read here, so that no error can be answered");
      return isCluster ? describedCluster(arrived, way) : passOn(arrived, way);
    },
  };
}

async function describedCluster({ header, frame }: Arrived, { upstream, nodes }: Way): Promise<Buffer> {
  const codec = describeCluster.response.at(header.apiVersion);
  const reader = new Reader(await upstream.exchange(withPrefix(frame)));
  const correlationId = reader.int32();
  return encodeResponse(codec, correlationId, await rewriteCluster(codec.read(reader), nodes));
}
