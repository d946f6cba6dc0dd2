// How each API is split when a rule refuses a part of a request.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import type { APIS, ApiName } from "../../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import { OPERATIONS_OMITTED } from "../../../src/kafka-protocol/requests/metadata.ts";
import { versionsResponse } from "../../broker/handlers/api-versions.ts";
import {
  refusedGroup,
  refusedPartition,
  refusedRequest,
  refusedResource,
  refusedTopic,
} from "../../broker/refusals.ts";
import { sessionless } from "./fetching.ts";
import {
  byName,
  byPartition,
  type ErrorOf,
  entirely,
  type Listing,
  type Split,
  type Splitter,
} from "./split.ts";

type Request<N extends ApiName> = RequestOf<(typeof APIS)[N]>;
type Response<N extends ApiName> = ResponseOf<(typeof APIS)[N]>;

const { NONE } = KAFKA_ERRORS;
const NO_TOPICS = { throttleTimeMs: 0, topics: [] };

interface NamedTopics<Item extends { readonly name: string }> {
  readonly topics: readonly Item[];
}
interface TopicResults<Result extends { readonly name: string }> {
  readonly throttleTimeMs: number;
  readonly topics: readonly Result[];
}

function topicListing<
  Item extends { readonly name: string },
  Req extends NamedTopics<Item>,
  Result extends { readonly name: string },
>(refuse: (name: string, errorCode: number) => Result): Listing<Req, TopicResults<Result>, Item, Result> {
  return {
    items: ({ topics }) => topics,
    withItems: (request, topics) => ({ ...request, topics }),
    results: ({ topics }) => topics,
    answerOf: (topics, answer) => ({ ...(answer ?? NO_TOPICS), topics }),
    nameOf: ({ name }) => name,
    isOf: (result, { name }) => result.name === name,
    refuse: ({ name }, errorCode) => refuse(name, errorCode),
  };
}

interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
}

/** The part of a listing that requests about settings have in common. */
const OF_RESOURCES = {
  nameOf: ({ resourceName }: Resource) => resourceName,
  isOf: (result: Resource, item: Resource) =>
    result.resourceName === item.resourceName && result.resourceType === item.resourceType,
};

type Altered = Response<"AlterConfigs">;

function alteredListing<
  Item extends Resource,
  Req extends { readonly resources: readonly Item[] },
>(): Listing<Req, Altered, Item, Altered["resources"][number]> {
  return {
    ...OF_RESOURCES,
    items: ({ resources }) => resources,
    withItems: (request, resources) => ({ ...request, resources }),
    results: ({ resources }) => resources,
    answerOf: (resources, answer) => ({ ...(answer ?? { throttleTimeMs: 0 }), resources }),
    refuse: refusedResource,
  };
}

type Describe = Request<"DescribeConfigs">;
type Described = Response<"DescribeConfigs">;

const DESCRIBED_LISTING: Listing<
  Describe,
  Described,
  Describe["resources"][number],
  Described["results"][number]
> = {
  ...OF_RESOURCES,
  items: ({ resources }) => resources,
  withItems: (request, resources) => ({ ...request, resources }),
  results: ({ results }) => results,
  answerOf: (results, answer) => ({ ...(answer ?? { throttleTimeMs: 0 }), results }),
  refuse: (resource, errorCode) => ({ ...refusedResource(resource, errorCode), configs: [] }),
};

const NO_CLUSTER: Response<"Metadata"> = {
  ...NO_TOPICS,
  brokers: [],
  clusterId: null,
  controllerId: -1,
  clusterAuthorizedOperations: OPERATIONS_OMITTED,
};

/** Without topics (`null`) all are asked for: then the errors are put on what Kafka names. */
function splitMetadata(
  request: Request<"Metadata">,
  errorOf: ErrorOf,
): Split<Request<"Metadata">, Response<"Metadata">> {
  const asked = request.topics;
  const refused = (name: string) => errorOf(name, null) !== NONE;
  const byNames = (answer: Response<"Metadata"> | null, names: readonly string[]) =>
    names.flatMap((name) => {
      if (refused(name)) return [refusedTopic.Metadata(name, errorOf(name, null))];
      const found = answer?.topics.find((topic) => topic.name === name);
      return found ? [found] : [];
    });
  return {
    // Also without any topic: the brokers are asked for too.
    rest: { ...request, topics: asked === null ? null : asked.filter((name) => !refused(name)) },
    whole(answer) {
      const brokers = answer ?? NO_CLUSTER;
      const names = asked === null || asked.length === 0 ? brokers.topics.map(({ name }) => name) : asked;
      return { ...brokers, topics: byNames(answer, names) };
    },
  };
}

/** As metadata: a group may ask for all that it has committed. */
function splitOffsetFetch(
  request: Request<"OffsetFetch">,
  errorOf: ErrorOf,
): Split<Request<"OffsetFetch">, Response<"OffsetFetch">> {
  const isRefused = (topic: string, index: number) => errorOf(topic, index) !== NONE;
  const rest = request.topics
    ?.map(({ name, partitions }) => ({
      name,
      partitions: partitions.filter((index) => !isRefused(name, index)),
    }))
    .filter(({ partitions }) => partitions.length > 0);
  return {
    rest: rest === undefined ? request : rest.length === 0 ? null : { ...request, topics: rest },
    whole(answer) {
      const asked =
        request.topics ??
        answer?.topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ index }) => index),
        }));
      const topics = (asked ?? []).map(({ name, partitions }) => {
        const known = answer?.topics.find((topic) => topic.name === name)?.partitions;
        return {
          name,
          partitions: partitions.flatMap((index) => {
            if (isRefused(name, index)) return [refusedPartition.OffsetFetch(index, errorOf(name, index))];
            return known?.filter((partition) => partition.index === index) ?? [];
          }),
        };
      });
      return { ...(answer ?? { throttleTimeMs: 0, errorCode: NONE }), topics };
    },
  };
}

const fetchByPartition = byPartition<
  Request<"Fetch">,
  Response<"Fetch">["topics"][number]["partitions"][number],
  Response<"Fetch">
>({ ...NO_TOPICS, errorCode: NONE, sessionId: 0 }, refusedPartition.Fetch);

/** An error is not kept waiting until records come for the other partitions. */
const splitFetch: Splitter<Request<"Fetch">, Response<"Fetch">> = (request, errorOf) => {
  const { rest, whole } = fetchByPartition(request, errorOf);
  return { rest: rest && { ...(sessionless(rest) ?? rest), maxWaitMs: 0 }, whole };
};

type Splits = { readonly [N in ApiName]: Splitter<Request<N>, Response<N>> };

export const SPLITS: Splits = {
  Produce: byPartition(NO_TOPICS, refusedPartition.Produce),
  Fetch: splitFetch,
  ListOffsets: byPartition(NO_TOPICS, refusedPartition.ListOffsets),
  Metadata: splitMetadata,
  OffsetCommit: byPartition(NO_TOPICS, refusedPartition.OffsetCommit),
  OffsetFetch: splitOffsetFetch,
  FindCoordinator: entirely((errorCode) => refusedRequest.FindCoordinator(errorCode)),
  JoinGroup: entirely((errorCode, { memberId }) => refusedRequest.JoinGroup(errorCode, memberId)),
  Heartbeat: entirely(refusedRequest.Heartbeat),
  LeaveGroup: entirely(refusedRequest.LeaveGroup),
  SyncGroup: entirely(refusedRequest.SyncGroup),
  DescribeGroups: entirely((errorCode, { groups }) => ({
    throttleTimeMs: 0,
    groups: groups.map((groupId) => refusedGroup(groupId, errorCode)),
  })),
  ListGroups: entirely(refusedRequest.ListGroups),
  ApiVersions: entirely(versionsResponse),
  CreateTopics: byName(topicListing(refusedTopic.CreateTopics)),
  DeleteTopics: byName({
    items: ({ topicNames }: Request<"DeleteTopics">) => topicNames,
    withItems: (request, topicNames) => ({ ...request, topicNames }),
    results: ({ topics }: Response<"DeleteTopics">) => topics,
    answerOf: (topics, answer) => ({ ...(answer ?? NO_TOPICS), topics }),
    nameOf: (name) => name,
    isOf: (result, name) => result.name === name,
    refuse: refusedTopic.DeleteTopics,
  }),
  DeleteRecords: byPartition(NO_TOPICS, refusedPartition.DeleteRecords),
  InitProducerId: entirely(refusedRequest.InitProducerId),
  DescribeConfigs: byName(DESCRIBED_LISTING),
  AlterConfigs: byName(alteredListing()),
  CreatePartitions: byName(topicListing(refusedTopic.CreatePartitions)),
  DeleteGroups: entirely((errorCode, { groupNames }) => ({
    throttleTimeMs: 0,
    results: groupNames.map((groupId) => ({ groupId, errorCode })),
  })),
  IncrementalAlterConfigs: byName(alteredListing()),
};
