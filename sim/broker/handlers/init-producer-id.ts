// InitProducerId: an identity for an idempotent producer. Transactions are not offered.

import type { RequestOf, ResponseOf } from "../../../src/kafka-protocol/api.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import type { initProducerId } from "../../../src/kafka-protocol/requests/init-producer-id.ts";
import { refusedRequest } from "../refusals.ts";
import { faultOf, type RequestContext } from "../request-context.ts";

export function handleInitProducerId(
  request: RequestOf<typeof initProducerId>,
  context: RequestContext,
): ResponseOf<typeof initProducerId> {
  const fault = faultOf(context);
  const transactional = request.transactionalId === null ? KAFKA_ERRORS.NONE : KAFKA_ERRORS.INVALID_REQUEST;
  const errorCode = fault === KAFKA_ERRORS.NONE ? transactional : fault;
  if (errorCode !== KAFKA_ERRORS.NONE) return refusedRequest.InitProducerId(errorCode);
  return { throttleTimeMs: 0, errorCode, producerId: context.cluster.nextProducerId(), producerEpoch: 0 };
}
