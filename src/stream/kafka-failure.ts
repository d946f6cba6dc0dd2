// What a failed request to Kafka means: which error its caller gets, and whether trying again can help.

import { createErrorFromCode } from "kafkajs/src/protocol/error.js";
import { DashstreamError, type ErrorCode } from "../errors.ts";
import { KAFKA_ERRORS } from "../kafka-protocol/error-codes.ts";
import { classifyInfrastructureError, isAnswered, isTopicMissing } from "./infrastructure-errors.ts";

/** @throws KafkaJSProtocolError named after the code, unless it is 0 */
export function checkErrorCode(errorCode: number): void {
  if (errorCode !== KAFKA_ERRORS.NONE) throw createErrorFromCode(errorCode);
}

/** `kafka_topic_missing`, `kafka_unreachable` or `kafka_request_failed`; a `DashstreamError` that says more stays. */
export function kafkaFailure(what: string, cause: unknown): DashstreamError {
  if (cause instanceof DashstreamError && cause.code !== "protocol_error") return cause;
  const code = failureCode(cause);
  return new DashstreamError(code, `${what}: ${SENTENCES[code]}`, { cause });
}

type FailureCode = Extract<ErrorCode, "kafka_topic_missing" | "kafka_unreachable" | "kafka_request_failed">;

const SENTENCES: Readonly<Record<FailureCode, string>> = {
  kafka_topic_missing: "there is no such topic or partition",
  kafka_unreachable: "Kafka cannot be reached",
  kafka_request_failed: "the request failed",
};

function failureCode(cause: unknown): FailureCode {
  if (isTopicMissing(cause)) return "kafka_topic_missing";
  return isConnectionLost(cause) ? "kafka_unreachable" : "kafka_request_failed";
}

/** True if the request got no answer. */
export function isConnectionLost(error: unknown): boolean {
  if (isAnswered(error)) return false;
  switch (classifyInfrastructureError(error)) {
    case "dns_failure":
    case "connection_timeout":
    case "broker_down":
      return true;
    case "decode_error":
    case "unknown":
      return false;
  }
}

/** Whether the same request may succeed later: the connection failed, or Kafka said that its trouble is temporary. */
export function isWorthRetrying(error: unknown): boolean {
  if (isAnswered(error)) return saysRetriable(error) === true;
  return isConnectionLost(error) && saysRetriable(error) !== false;
}

/** What kafkajs says of its own errors; `null` for others. */
function saysRetriable(error: unknown): boolean | null {
  const retriable: unknown = error instanceof Error ? Reflect.get(error, "retriable") : undefined;
  return typeof retriable === "boolean" ? retriable : null;
}
