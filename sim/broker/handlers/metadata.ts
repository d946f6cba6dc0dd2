// Metadata: who leads what. Asking for a topic that does not exist makes it, if broker and client allow that.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import { type metadata, OPERATIONS_OMITTED } from "../../../src/kafka-protocol/requests/metadata.ts";
import { isLegalTopicName } from "../../../src/kafka-protocol/topic-name.ts";
import type { Cluster } from "../cluster.ts";
import { refusedTopic } from "../refusals.ts";
import { faultOfTopic, type RequestContext } from "../request-context.ts";
import type { Topic } from "../topics/topic.ts";

type TopicResponse = ResponseOf<typeof metadata>["topics"][number];

function describe(cluster: Cluster, topic: Topic): TopicResponse {
  return {
    errorCode: KAFKA_ERRORS.NONE,
    name: topic.name,
    isInternal: false,
    partitions: topic.partitions.map(({ index, leaderId }) => {
      const isUp = cluster.isUp(leaderId);
      return {
        errorCode: isUp ? KAFKA_ERRORS.NONE : KAFKA_ERRORS.LEADER_NOT_AVAILABLE,
        partitionIndex: index,
        leaderId: isUp ? leaderId : -1,
        leaderEpoch: -1,
        replicaNodes: [leaderId],
        isrNodes: [leaderId],
        offlineReplicas: isUp ? [] : [leaderId],
      };
    }),
    authorizedOperations: OPERATIONS_OMITTED,
  };
}

function findOrCreate(context: RequestContext, name: string, mayCreate: boolean): TopicResponse {
  const { cluster } = context;
  const fault = faultOfTopic(context, name);
  if (fault !== KAFKA_ERRORS.NONE) return refusedTopic.Metadata(name, fault);
  const known = cluster.topics.get(name);
  if (known) return describe(cluster, known);
  if (!isLegalTopicName(name)) return refusedTopic.Metadata(name, KAFKA_ERRORS.INVALID_TOPIC_EXCEPTION);
  if (!mayCreate) return refusedTopic.Metadata(name, KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION);
  return describe(cluster, cluster.topics.create(name, cluster.settings.defaultPartitions));
}

export function handleMetadata(
  request: RequestOf<typeof metadata>,
  context: RequestContext,
): ResponseOf<typeof metadata> {
  const { cluster } = context;
  const asksForAll = request.topics === null || (context.apiVersion === 0 && request.topics.length === 0);
  const names = asksForAll ? [...cluster.topics.all()].map(({ name }) => name) : (request.topics ?? []);
  const mayCreate = cluster.settings.autoCreateTopics && request.allowAutoTopicCreation;
  return {
    throttleTimeMs: 0,
    brokers: cluster.nodesUp.map(({ nodeId, advertised: { host, port } }) => ({
      nodeId,
      host,
      port,
      rack: null,
    })),
    clusterId: cluster.settings.clusterId,
    controllerId: cluster.nodesUp[0]?.nodeId ?? -1,
    topics: names.map((name) => findOrCreate(context, name, mayCreate)),
    clusterAuthorizedOperations: OPERATIONS_OMITTED,
  };
}
