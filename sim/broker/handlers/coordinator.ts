// Finding the coordinator of a group, and making sure that a request for a group reached it.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import {
  type findCoordinator,
  GROUP_KEY_TYPE,
} from "../../../src/kafka-protocol/requests/find-coordinator.ts";
import { refusedRequest } from "../refusals.ts";
import { faultOf, type RequestContext } from "../request-context.ts";

/** Why this node cannot answer for the group (a control rule's error comes first); 0 if it can. */
export function refusalForGroup(context: RequestContext, groupId: string): number {
  const fault = faultOf(context);
  if (fault !== KAFKA_ERRORS.NONE) return fault;
  if (groupId === "") return KAFKA_ERRORS.INVALID_GROUP_ID;
  const coordinator = context.cluster.coordinatorOf(groupId);
  return coordinator?.nodeId === context.nodeId ? KAFKA_ERRORS.NONE : KAFKA_ERRORS.NOT_COORDINATOR;
}

export function handleFindCoordinator(
  request: RequestOf<typeof findCoordinator>,
  context: RequestContext,
): ResponseOf<typeof findCoordinator> {
  const refused = refusedRequest.FindCoordinator;
  const fault = faultOf(context);
  if (fault !== KAFKA_ERRORS.NONE) return refused(fault);
  if (request.keyType !== GROUP_KEY_TYPE) {
    return refused(KAFKA_ERRORS.INVALID_REQUEST, "transactions are not offered");
  }
  const coordinator = context.cluster.coordinatorOf(request.key);
  if (!coordinator?.isUp) return refused(KAFKA_ERRORS.COORDINATOR_NOT_AVAILABLE);
  const { nodeId, advertised } = coordinator;
  const { host, port } = advertised;
  return { throttleTimeMs: 0, errorCode: KAFKA_ERRORS.NONE, errorMessage: null, nodeId, host, port };
}
