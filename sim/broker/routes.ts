// From a request's API key to the handler that answers it, with decoding before and encoding after.

import { type Api, encodeResponse, type RequestHeader } from "../../src/kafka-protocol/api.ts";
import { APIS, type ApiName } from "../../src/kafka-protocol/apis.ts";
import type { Reader } from "../../src/kafka-protocol/reader.ts";
import type { Answer } from "./connection.ts";
import type { RequestTarget } from "./control.ts";
import { handleApiVersions } from "./handlers/api-versions.ts";
import { handleOffsetCommit, handleOffsetFetch } from "./handlers/committed-offsets.ts";
import {
  handleAlterConfigs,
  handleDescribeConfigs,
  handleIncrementalAlterConfigs,
} from "./handlers/config-admin.ts";
import { handleFindCoordinator } from "./handlers/coordinator.ts";
import { handleDeleteRecords } from "./handlers/delete-records.ts";
import { handleFetch } from "./handlers/fetch.ts";
import { handleDeleteGroups, handleDescribeGroups, handleListGroups } from "./handlers/group-admin.ts";
import { handleInitProducerId } from "./handlers/init-producer-id.ts";
import { handleListOffsets } from "./handlers/list-offsets.ts";
import {
  handleHeartbeat,
  handleJoinGroup,
  handleLeaveGroup,
  handleSyncGroup,
} from "./handlers/membership.ts";
import { handleMetadata } from "./handlers/metadata.ts";
import { handleProduce } from "./handlers/produce.ts";
import { handleCreatePartitions, handleCreateTopics, handleDeleteTopics } from "./handlers/topic-admin.ts";
import type { RequestContext } from "./request-context.ts";
import { TARGETS } from "./targets.ts";

/** A decoded request to the embedded broker. */
export interface RoutedCall {
  readonly api: ApiName;
  readonly targets: readonly RequestTarget[];
  handle(context: RequestContext): Answer;
}

export interface Route {
  /** @throws DashstreamError `protocol_error` if version or bytes are not those of the API */
  decode(header: RequestHeader, body: Reader): RoutedCall;
}

type Handler<Req, Res> = (request: Req, context: RequestContext) => Res | null | Promise<Res>;

function route<Req, Res>(
  api: Api<ApiName, Req, Res>,
  handler: Handler<Req, Res>,
  targetsOf: (request: Req) => readonly RequestTarget[],
): readonly [key: number, Route] {
  const decode: Route["decode"] = (header, body) => {
    const request = api.request(header.apiVersion).read(body);
    const codec = api.response(header.apiVersion);
    const encode = (response: Res | null) =>
      response === null ? null : encodeResponse(codec, header.correlationId, response);
    return {
      api: api.name,
      targets: targetsOf(request),
      handle(context) {
        const response = handler(request, context);
        return response instanceof Promise ? response.then(encode) : encode(response);
      },
    };
  };
  return [api.key, { decode }];
}

/** All routes by API key. */
export const ROUTES: ReadonlyMap<number, Route> = new Map([
  route(APIS.Produce, handleProduce, TARGETS.Produce),
  route(APIS.Fetch, handleFetch, TARGETS.Fetch),
  route(APIS.ListOffsets, handleListOffsets, TARGETS.ListOffsets),
  route(APIS.Metadata, handleMetadata, TARGETS.Metadata),
  route(APIS.OffsetCommit, handleOffsetCommit, TARGETS.OffsetCommit),
  route(APIS.OffsetFetch, handleOffsetFetch, TARGETS.OffsetFetch),
  route(APIS.FindCoordinator, handleFindCoordinator, TARGETS.FindCoordinator),
  route(APIS.JoinGroup, handleJoinGroup, TARGETS.JoinGroup),
  route(APIS.Heartbeat, handleHeartbeat, TARGETS.Heartbeat),
  route(APIS.LeaveGroup, handleLeaveGroup, TARGETS.LeaveGroup),
  route(APIS.SyncGroup, handleSyncGroup, TARGETS.SyncGroup),
  route(APIS.DescribeGroups, handleDescribeGroups, TARGETS.DescribeGroups),
  route(APIS.ListGroups, handleListGroups, TARGETS.ListGroups),
  route(APIS.ApiVersions, handleApiVersions, TARGETS.ApiVersions),
  route(APIS.CreateTopics, handleCreateTopics, TARGETS.CreateTopics),
  route(APIS.DeleteTopics, handleDeleteTopics, TARGETS.DeleteTopics),
  route(APIS.DeleteRecords, handleDeleteRecords, TARGETS.DeleteRecords),
  route(APIS.InitProducerId, handleInitProducerId, TARGETS.InitProducerId),
  route(APIS.DescribeConfigs, handleDescribeConfigs, TARGETS.DescribeConfigs),
  route(APIS.AlterConfigs, handleAlterConfigs, TARGETS.AlterConfigs),
  route(APIS.CreatePartitions, handleCreatePartitions, TARGETS.CreatePartitions),
  route(APIS.DeleteGroups, handleDeleteGroups, TARGETS.DeleteGroups),
  route(APIS.IncrementalAlterConfigs, handleIncrementalAlterConfigs, TARGETS.IncrementalAlterConfigs),
]);
