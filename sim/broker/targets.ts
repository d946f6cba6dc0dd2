// Which topics and partitions a request names, for the filters of control rules.

import type { RequestOf } from "../../src/kafka-protocol/api.ts";
import type { APIS, ApiName } from "../../src/kafka-protocol/apis.ts";
import type { RequestTarget } from "./control.ts";

interface WithPartitions {
  readonly topics: ReadonlyArray<{
    readonly name: string;
    readonly partitions: ReadonlyArray<{ readonly index: number }>;
  }>;
}

interface WithResources {
  readonly resources: ReadonlyArray<{ readonly resourceName: string }>;
}

function partitions({ topics }: WithPartitions): readonly RequestTarget[] {
  return topics.map((topic) => ({
    topic: topic.name,
    partitions: topic.partitions.map(({ index }) => index),
  }));
}

function topics(names: readonly string[]): readonly RequestTarget[] {
  return names.map((topic) => ({ topic, partitions: [] }));
}

function resources(request: WithResources): readonly RequestTarget[] {
  return topics(request.resources.map(({ resourceName }) => resourceName));
}

function names(request: { readonly topics: ReadonlyArray<{ readonly name: string }> }) {
  return topics(request.topics.map(({ name }) => name));
}

const none = (): readonly RequestTarget[] => [];

type Targets = {
  readonly [N in ApiName]: (request: RequestOf<(typeof APIS)[N]>) => readonly RequestTarget[];
};

export const TARGETS: Targets = {
  Produce: partitions,
  Fetch: partitions,
  ListOffsets: partitions,
  Metadata: (request) => topics(request.topics ?? []),
  OffsetCommit: partitions,
  OffsetFetch: (request) =>
    (request.topics ?? []).map((topic) => ({ topic: topic.name, partitions: topic.partitions })),
  FindCoordinator: none,
  JoinGroup: none,
  Heartbeat: none,
  LeaveGroup: none,
  SyncGroup: none,
  DescribeGroups: none,
  ListGroups: none,
  ApiVersions: none,
  CreateTopics: names,
  DeleteTopics: ({ topicNames }) => topics(topicNames),
  DeleteRecords: partitions,
  InitProducerId: none,
  DescribeConfigs: resources,
  AlterConfigs: resources,
  CreatePartitions: names,
  DeleteGroups: none,
  IncrementalAlterConfigs: resources,
};
