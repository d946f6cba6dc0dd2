// What Kafka answers, API by API, for a partition, a topic, a group or a whole request that it refuses. Shared by the
// embedded broker and by the proxy before a real one, so that the same rule looks the same on both.

import type { ResponseOf } from "../../src/kafka-protocol/api.ts";
import type { APIS, ApiName } from "../../src/kafka-protocol/apis.ts";
import { OPERATIONS_OMITTED } from "../../src/kafka-protocol/requests/metadata.ts";
import { joinError, syncError } from "./groups/member.ts";

type Response<N extends ApiName> = ResponseOf<(typeof APIS)[N]>;
type TopicOf<R extends { readonly topics: readonly unknown[] }> = R["topics"][number];
type PartitionOf<
  N extends "Produce" | "Fetch" | "ListOffsets" | "OffsetCommit" | "OffsetFetch" | "DeleteRecords",
> = Response<N>["topics"][number]["partitions"][number];

export const refusedPartition = {
  Produce: (index: number, errorCode: number): PartitionOf<"Produce"> => ({
    index,
    errorCode,
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
    recordErrors: [],
    errorMessage: null,
  }),
  Fetch: (index: number, errorCode: number): PartitionOf<"Fetch"> => ({
    index,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    abortedTransactions: null,
    preferredReadReplica: -1,
    records: [],
  }),
  ListOffsets: (index: number, errorCode: number): PartitionOf<"ListOffsets"> => ({
    index,
    errorCode,
    timestampMs: -1,
    offset: -1,
    leaderEpoch: -1,
  }),
  OffsetCommit: (index: number, errorCode: number): PartitionOf<"OffsetCommit"> => ({ index, errorCode }),
  OffsetFetch: (index: number, errorCode: number): PartitionOf<"OffsetFetch"> => ({
    index,
    offset: -1,
    leaderEpoch: -1,
    metadata: "",
    errorCode,
  }),
  DeleteRecords: (index: number, errorCode: number): PartitionOf<"DeleteRecords"> => ({
    index,
    errorCode,
    lowWatermark: -1,
  }),
};

type Resource = { readonly resourceType: number; readonly resourceName: string };

export const refusedTopic = {
  Metadata: (name: string, errorCode: number): TopicOf<Response<"Metadata">> => ({
    errorCode,
    name,
    isInternal: false,
    partitions: [],
    authorizedOperations: OPERATIONS_OMITTED,
  }),
  CreateTopics: (name: string, errorCode: number): TopicOf<Response<"CreateTopics">> => ({
    name,
    errorCode,
    errorMessage: null,
  }),
  DeleteTopics: (name: string, errorCode: number): TopicOf<Response<"DeleteTopics">> => ({
    name,
    errorCode,
  }),
  CreatePartitions: (name: string, errorCode: number): TopicOf<Response<"CreatePartitions">> => ({
    name,
    errorCode,
    errorMessage: null,
  }),
};

/** A topic or a broker whose settings are not shown, or not changed. */
export function refusedResource({ resourceType, resourceName }: Resource, errorCode: number) {
  return { errorCode, errorMessage: null, resourceType, resourceName };
}

/** A group that is not described. */
export function refusedGroup(
  groupId: string,
  errorCode: number,
): Response<"DescribeGroups">["groups"][number] {
  return {
    errorCode,
    groupId,
    groupState: "Dead",
    protocolType: "",
    protocolData: "",
    members: [],
    authorizedOperations: OPERATIONS_OMITTED,
  };
}

/** Requests that are refused as a whole. */
export const refusedRequest = {
  FindCoordinator: (errorCode: number, errorMessage: string | null = null): Response<"FindCoordinator"> => ({
    throttleTimeMs: 0,
    errorCode,
    errorMessage,
    nodeId: -1,
    host: "",
    port: -1,
  }),
  JoinGroup: joinError,
  SyncGroup: syncError,
  Heartbeat: (errorCode: number): Response<"Heartbeat"> => ({ throttleTimeMs: 0, errorCode }),
  LeaveGroup: (errorCode: number): Response<"LeaveGroup"> => ({ throttleTimeMs: 0, errorCode, members: [] }),
  ListGroups: (errorCode: number): Response<"ListGroups"> => ({ throttleTimeMs: 0, errorCode, groups: [] }),
  InitProducerId: (errorCode: number): Response<"InitProducerId"> => ({
    throttleTimeMs: 0,
    errorCode,
    producerId: -1,
    producerEpoch: -1,
  }),
};
