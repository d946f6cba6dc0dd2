// Looking at groups from outside, and deleting them.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import type { deleteGroups } from "../../../src/kafka-protocol/requests/delete-groups.ts";
import type { describeGroups } from "../../../src/kafka-protocol/requests/describe-groups.ts";
import type { listGroups } from "../../../src/kafka-protocol/requests/list-groups.ts";
import { NO_BYTES } from "../groups/member.ts";
import { refusedGroup, refusedRequest } from "../refusals.ts";
import { faultOf, type RequestContext } from "../request-context.ts";
import { refusalForGroup } from "./coordinator.ts";

type GroupResponse = ResponseOf<typeof describeGroups>["groups"][number];

export function handleListGroups(
  _request: RequestOf<typeof listGroups>,
  context: RequestContext,
): ResponseOf<typeof listGroups> {
  const { cluster, nodeId } = context;
  const fault = faultOf(context);
  if (fault !== KAFKA_ERRORS.NONE) return refusedRequest.ListGroups(fault);
  const groups = [...cluster.groups()]
    .filter((group) => cluster.coordinatorOf(group.id)?.nodeId === nodeId)
    .map((group) => ({ groupId: group.id, protocolType: group.protocolType }));
  return { throttleTimeMs: 0, errorCode: KAFKA_ERRORS.NONE, groups };
}

function describe(context: RequestContext, groupId: string): GroupResponse {
  const errorCode = refusalForGroup(context, groupId);
  // Kafka reports a group that it does not know as dead, without an error.
  const unknown = refusedGroup(groupId, errorCode);
  const group = errorCode === KAFKA_ERRORS.NONE ? context.cluster.group(groupId) : undefined;
  if (group === undefined) return unknown;
  const members = [...group.members()].map((member) => ({
    memberId: member.id,
    groupInstanceId: member.instanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    memberMetadata: member.protocols.find(({ name }) => name === group.protocolName)?.metadata ?? NO_BYTES,
    memberAssignment: member.assignment,
  }));
  return {
    ...unknown,
    groupState: group.state,
    protocolType: group.protocolType,
    protocolData: group.state === "Stable" ? group.protocolName : "",
    members,
  };
}

export function handleDescribeGroups(
  request: RequestOf<typeof describeGroups>,
  context: RequestContext,
): ResponseOf<typeof describeGroups> {
  return { throttleTimeMs: 0, groups: request.groups.map((groupId) => describe(context, groupId)) };
}

function deleteGroup(context: RequestContext, groupId: string): number {
  const refusal = refusalForGroup(context, groupId);
  if (refusal !== KAFKA_ERRORS.NONE) return refusal;
  const group = context.cluster.group(groupId);
  if (!group) return KAFKA_ERRORS.GROUP_ID_NOT_FOUND;
  if (group.state !== "Empty") return KAFKA_ERRORS.NON_EMPTY_GROUP;
  context.cluster.deleteGroup(groupId);
  return KAFKA_ERRORS.NONE;
}

export function handleDeleteGroups(
  request: RequestOf<typeof deleteGroups>,
  context: RequestContext,
): ResponseOf<typeof deleteGroups> {
  const results = request.groupNames.map((groupId) => ({
    groupId,
    errorCode: deleteGroup(context, groupId),
  }));
  return { throttleTimeMs: 0, results };
}
