// What a consumer group has committed, who is in it, and committing for it from outside. Kafka takes such a commit only
// while the group has no members: their next commit would undo it.

import { DashstreamError } from "../errors.ts";
import { APIS } from "../kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../kafka-protocol/error-codes.ts";
import { type GroupDescription, memberNames } from "./group-members.ts";
import type { KafkaCluster } from "./kafka-cluster.ts";
import { checkErrorCode } from "./kafka-failure.ts";

/** The committed offset by partition; a partition without one is absent. */
export async function committedOffsets(
  cluster: KafkaCluster,
  groupId: string,
  topic: string,
  timeoutMs: number,
): Promise<ReadonlyMap<number, number>> {
  const partitions = (await cluster.leaders(topic, timeoutMs)).map(({ partition }) => partition);
  const to = { kind: "coordinator", groupId } as const;
  const request = { groupId, topics: [{ name: topic, partitions }] };
  const answer = await cluster.ask({ to, api: APIS.OffsetFetch, request, timeoutMs });
  checkErrorCode(answer.errorCode);
  const found = answer.topics.flatMap((entry) => entry.partitions);
  for (const { errorCode } of found) checkErrorCode(errorCode);
  return new Map(found.filter(({ offset }) => offset >= 0).map(({ index, offset }) => [index, offset]));
}

/** Who is in a group, which has the state `Dead` if there is none. */
export async function describeGroup(
  cluster: KafkaCluster,
  groupId: string,
  timeoutMs: number,
): Promise<GroupDescription> {
  const to = { kind: "coordinator", groupId } as const;
  const request = { groups: [groupId], includeAuthorizedOperations: false };
  const { groups } = await cluster.ask({ to, api: APIS.DescribeGroups, request, timeoutMs });
  const [group] = groups;
  if (!group) throw new DashstreamError("protocol_error", `the answer does not have group ${groupId}`);
  checkErrorCode(group.errorCode);
  const members = group.members.map(({ memberId, clientId, clientHost }) => ({
    memberId,
    clientId,
    clientHost,
  }));
  return { state: group.groupState, members };
}

/** Codes with which Kafka refuses a commit from outside because somebody is in the group. */
const REFUSED_FOR_MEMBERS: ReadonlySet<number> = new Set([
  KAFKA_ERRORS.UNKNOWN_MEMBER_ID,
  KAFKA_ERRORS.ILLEGAL_GENERATION,
  KAFKA_ERRORS.REBALANCE_IN_PROGRESS,
]);

/** @throws DashstreamError `kafka_request_failed`, naming the members, if the group has any */
export async function commitOffsets(
  cluster: KafkaCluster,
  groupId: string,
  topic: string,
  offsets: ReadonlyMap<number, number>,
  timeoutMs: number,
): Promise<void> {
  const partitions = [...offsets].map(([index, offset]) => ({
    index,
    offset,
    leaderEpoch: -1,
    metadata: "",
  }));
  const request = { ...FROM_OUTSIDE, groupId, topics: [{ name: topic, partitions }] };
  const to = { kind: "coordinator", groupId } as const;
  const { topics } = await cluster.ask({ to, api: APIS.OffsetCommit, request, timeoutMs });
  const codes = topics.flatMap((entry) => entry.partitions.map(({ errorCode }) => errorCode));
  if (codes.some((code) => REFUSED_FOR_MEMBERS.has(code))) {
    throw stillHasMembers(groupId, await describeGroup(cluster, groupId, timeoutMs));
  }
  for (const code of codes) checkErrorCode(code);
}

/** Neither a generation nor a member id: whoever commits is not in the group. */
const FROM_OUTSIDE = { generationId: -1, memberId: "", groupInstanceId: null, retentionTimeMs: -1 };

function stillHasMembers(groupId: string, { state, members }: GroupDescription): DashstreamError {
  const who =
    members.length === 0 ? `is ${state}` : `has ${members.length} member(s): ${memberNames(members)}`;
  return new DashstreamError(
    "kafka_request_failed",
    `offsets of group ${groupId} cannot be set while it is in use; it ${who}`,
  );
}
