// Joining, keeping and leaving a consumer group.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import type { heartbeat } from "../../../src/kafka-protocol/requests/heartbeat.ts";
import type { leaveGroup } from "../../../src/kafka-protocol/requests/leave-group.ts";
import {
  type JoinRequest,
  type JoinResponse,
  joinError,
  type SyncRequest,
  type SyncResponse,
  syncError,
} from "../groups/member.ts";
import { refusedRequest } from "../refusals.ts";
import type { RequestContext } from "../request-context.ts";
import { refusalForGroup } from "./coordinator.ts";

/** First version in which a member without an id must ask for one (KIP-394). */
const JOIN_WITH_KNOWN_ID = 4;

export function handleJoinGroup(
  request: JoinRequest,
  context: RequestContext,
): JoinResponse | Promise<JoinResponse> {
  const { groupId, memberId, sessionTimeoutMs } = request;
  const { cluster, clientId, clientHost, apiVersion } = context;
  const refusal = refusalForGroup(context, groupId);
  if (refusal !== KAFKA_ERRORS.NONE) return joinError(refusal, memberId);
  const { groupMinSessionTimeoutMs, groupMaxSessionTimeoutMs } = cluster.settings;
  if (sessionTimeoutMs < groupMinSessionTimeoutMs || sessionTimeoutMs > groupMaxSessionTimeoutMs) {
    return joinError(KAFKA_ERRORS.INVALID_SESSION_TIMEOUT, memberId);
  }
  if (memberId !== "" && !cluster.group(groupId)) return joinError(KAFKA_ERRORS.UNKNOWN_MEMBER_ID, memberId);
  const mustKnowItsId = apiVersion >= JOIN_WITH_KNOWN_ID;
  return cluster.openGroup(groupId).join(request, { clientId, clientHost, mustKnowItsId });
}

export function handleSyncGroup(
  request: SyncRequest,
  context: RequestContext,
): SyncResponse | Promise<SyncResponse> {
  const refusal = refusalForGroup(context, request.groupId);
  if (refusal !== KAFKA_ERRORS.NONE) return syncError(refusal);
  return context.cluster.group(request.groupId)?.sync(request) ?? syncError(KAFKA_ERRORS.UNKNOWN_MEMBER_ID);
}

export function handleHeartbeat(
  request: RequestOf<typeof heartbeat>,
  context: RequestContext,
): ResponseOf<typeof heartbeat> {
  const refusal = refusalForGroup(context, request.groupId);
  if (refusal !== KAFKA_ERRORS.NONE) return refusedRequest.Heartbeat(refusal);
  const group = context.cluster.group(request.groupId);
  const errorCode = group?.heartbeat(request, request.generationId) ?? KAFKA_ERRORS.UNKNOWN_MEMBER_ID;
  return { throttleTimeMs: 0, errorCode };
}

export function handleLeaveGroup(
  request: RequestOf<typeof leaveGroup>,
  context: RequestContext,
): ResponseOf<typeof leaveGroup> {
  const refusal = refusalForGroup(context, request.groupId);
  if (refusal !== KAFKA_ERRORS.NONE) return refusedRequest.LeaveGroup(refusal);
  const group = context.cluster.group(request.groupId);
  const leave = (memberId: string, groupInstanceId: string | null) =>
    group?.leave({ memberId, groupInstanceId }) ?? KAFKA_ERRORS.UNKNOWN_MEMBER_ID;
  if (request.members.length === 0) {
    return { throttleTimeMs: 0, errorCode: leave(request.memberId, null), members: [] };
  }
  const members = request.members.map(({ memberId, groupInstanceId }) => ({
    memberId,
    groupInstanceId,
    errorCode: leave(memberId, groupInstanceId),
  }));
  return { throttleTimeMs: 0, errorCode: KAFKA_ERRORS.NONE, members };
}
