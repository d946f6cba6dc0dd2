// Committing and reading the positions of a group.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import type { offsetCommit } from "../../../src/kafka-protocol/requests/offset-commit.ts";
import type { offsetFetch } from "../../../src/kafka-protocol/requests/offset-fetch.ts";
import type { Group } from "../groups/group.ts";
import { refusedPartition } from "../refusals.ts";
import { faultOfPartition, type RequestContext } from "../request-context.ts";
import { refusalForGroup } from "./coordinator.ts";

type CommitRequest = RequestOf<typeof offsetCommit>;

/** Commits come from members of the current generation, or from outside while the group has no members. */
function refusalOfCommit(group: Group, request: CommitRequest): number {
  const { generationId, memberId } = request;
  if (generationId < 0 && memberId === "" && group.state === "Empty") return KAFKA_ERRORS.NONE;
  const refusal = group.check(request, generationId);
  if (refusal !== KAFKA_ERRORS.NONE) return refusal;
  group.touch(memberId);
  return group.state === "CompletingRebalance" ? KAFKA_ERRORS.REBALANCE_IN_PROGRESS : KAFKA_ERRORS.NONE;
}

export function handleOffsetCommit(
  request: CommitRequest,
  context: RequestContext,
): ResponseOf<typeof offsetCommit> {
  const { cluster } = context;
  const wrongNode = refusalForGroup({ ...context, decision: null }, request.groupId);
  const group = cluster.group(request.groupId);
  const outsider = !group && request.generationId >= 0;
  const refusal = (() => {
    if (wrongNode !== KAFKA_ERRORS.NONE) return wrongNode;
    if (outsider) return KAFKA_ERRORS.ILLEGAL_GENERATION;
    return refusalOfCommit(cluster.openGroup(request.groupId), request);
  })();
  const commit = (topic: string, { index, offset, leaderEpoch, metadata }: CommittedPartition): number => {
    const fault = faultOfPartition(context, topic, index);
    if (fault !== KAFKA_ERRORS.NONE) return fault;
    if (refusal !== KAFKA_ERRORS.NONE) return refusal;
    if (!cluster.topics.partition(topic, index)) return KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION;
    cluster.openGroup(request.groupId).offsets.set(topic, index, { offset, leaderEpoch, metadata });
    return KAFKA_ERRORS.NONE;
  };
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((partition) => ({
      index: partition.index,
      errorCode: commit(name, partition),
    })),
  }));
  return { throttleTimeMs: 0, topics };
}

type CommittedPartition = CommitRequest["topics"][number]["partitions"][number];

export function handleOffsetFetch(
  request: RequestOf<typeof offsetFetch>,
  context: RequestContext,
): ResponseOf<typeof offsetFetch> {
  const refusal = refusalForGroup({ ...context, decision: null }, request.groupId);
  const offsets = context.cluster.group(request.groupId)?.offsets;
  const asked =
    request.topics ?? [...(offsets?.topics() ?? [])].map(([name, partitions]) => ({ name, partitions }));
  const topics = asked.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((index) => {
      const fault = faultOfPartition(context, name, index);
      const errorCode = fault === KAFKA_ERRORS.NONE ? refusal : fault;
      if (errorCode !== KAFKA_ERRORS.NONE) return refusedPartition.OffsetFetch(index, errorCode);
      const committed = offsets?.get(name, index);
      return {
        index,
        offset: committed?.offset ?? -1,
        leaderEpoch: committed?.leaderEpoch ?? -1,
        metadata: committed?.metadata ?? "",
        errorCode,
      };
    }),
  }));
  return { throttleTimeMs: 0, topics, errorCode: refusal };
}
