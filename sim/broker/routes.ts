// From a request's API key to the handler that answers it, with decoding before and encoding after.

import { type Api, encodeResponse, type RequestHeader } from "../../src/kafka-protocol/api.ts";
import { APIS, type ApiName } from "../../src/kafka-protocol/apis.ts";
import type { Reader } from "../../src/kafka-protocol/reader.ts";
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

/** A decoded request, ready to be handled. */
export interface Call {
  readonly api: ApiName;
  readonly targets: readonly RequestTarget[];
  /** The encoded response with its length prefix; `null` if the client wants none. */
  handle(context: RequestContext): Buffer | null | Promise<Buffer | null>;
}

export interface Route {
  /** @throws DashstreamError `protocol_error` if version or bytes are not those of the API */
  decode(header: RequestHeader, body: Reader): Call;
}

type Handler<Req, Res> = (request: Req, context: RequestContext) => Res | null | Promise<Res>;

const NO_TARGETS = () => [];

function route<Req, Res>(
  api: Api<ApiName, Req, Res>,
  handler: Handler<Req, Res>,
  targetsOf: (request: Req) => readonly RequestTarget[] = NO_TARGETS,
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

interface WithPartitions {
  readonly topics: ReadonlyArray<{
    readonly name: string;
    readonly partitions: ReadonlyArray<{ readonly index: number }>;
  }>;
}

function partitionTargets({ topics }: WithPartitions): readonly RequestTarget[] {
  return topics.map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.map(({ index }) => index),
  }));
}

function topicTargets(names: readonly string[]): readonly RequestTarget[] {
  return names.map((topic) => ({ topic, partitions: [] }));
}

/** All routes by API key. */
export const ROUTES: ReadonlyMap<number, Route> = new Map([
  route(APIS.Produce, handleProduce, partitionTargets),
  route(APIS.Fetch, handleFetch, partitionTargets),
  route(APIS.ListOffsets, handleListOffsets, partitionTargets),
  route(APIS.Metadata, handleMetadata, (request) => topicTargets(request.topics ?? [])),
  route(APIS.OffsetCommit, handleOffsetCommit, partitionTargets),
  route(APIS.OffsetFetch, handleOffsetFetch, (request) =>
    (request.topics ?? []).map(({ name, partitions }) => ({ topic: name, partitions })),
  ),
  route(APIS.FindCoordinator, handleFindCoordinator),
  route(APIS.JoinGroup, handleJoinGroup),
  route(APIS.Heartbeat, handleHeartbeat),
  route(APIS.LeaveGroup, handleLeaveGroup),
  route(APIS.SyncGroup, handleSyncGroup),
  route(APIS.DescribeGroups, handleDescribeGroups),
  route(APIS.ListGroups, handleListGroups),
  route(APIS.ApiVersions, handleApiVersions),
  route(APIS.CreateTopics, handleCreateTopics, ({ topics }) => topicTargets(topics.map(({ name }) => name))),
  route(APIS.DeleteTopics, handleDeleteTopics, ({ topicNames }) => topicTargets(topicNames)),
  route(APIS.DeleteRecords, handleDeleteRecords, partitionTargets),
  route(APIS.InitProducerId, handleInitProducerId),
  route(APIS.DescribeConfigs, handleDescribeConfigs, ({ resources }) =>
    topicTargets(resources.map(({ resourceName }) => resourceName)),
  ),
  route(APIS.AlterConfigs, handleAlterConfigs, ({ resources }) =>
    topicTargets(resources.map(({ resourceName }) => resourceName)),
  ),
  route(APIS.CreatePartitions, handleCreatePartitions, ({ topics }) =>
    topicTargets(topics.map(({ name }) => name)),
  ),
  route(APIS.DeleteGroups, handleDeleteGroups),
  route(APIS.IncrementalAlterConfigs, handleIncrementalAlterConfigs, ({ resources }) =>
    topicTargets(resources.map(({ resourceName }) => resourceName)),
  ),
]);
