// Why Kafka could not be reached, in the five classes that metrics and alerts know. Error codes of the operating
// system, of Kafka's protocol and of the client library decide; texts only where there is no code.

/** Values of the label `error_type` of `websocket_kafka_errors_by_type_total`. */
export type InfrastructureErrorType =
  | "dns_failure"
  | "connection_timeout"
  | "broker_down"
  | "decode_error"
  | "unknown";

/** What was attempted. */
export type KafkaOperation = "connect" | "subscribe" | "fetch" | "commit" | "heartbeat" | "join" | "poll_lag";

/** Called once for each failed attempt. */
export type OnInfrastructureError = (
  type: InfrastructureErrorType,
  operation: KafkaOperation,
  error: unknown,
) => void;

/** `code` of node errors, and of errors thrown by this project. */
const BY_CODE: Readonly<Record<string, InfrastructureErrorType>> = {
  ENOTFOUND: "dns_failure",
  EAI_AGAIN: "dns_failure",
  EAI_FAIL: "dns_failure",
  EAI_NODATA: "dns_failure",
  EAI_NONAME: "dns_failure",
  ENODATA: "dns_failure",
  ESERVFAIL: "dns_failure",
  ETIMEDOUT: "connection_timeout",
  ESOCKETTIMEDOUT: "connection_timeout",
  ECONNREFUSED: "broker_down",
  ECONNRESET: "broker_down",
  ECONNABORTED: "broker_down",
  ECONNCLOSED: "broker_down",
  EPIPE: "broker_down",
  EHOSTUNREACH: "broker_down",
  EHOSTDOWN: "broker_down",
  ENETUNREACH: "broker_down",
  ENETDOWN: "broker_down",
  protocol_error: "decode_error",
};

/** `type` of the protocol errors of kafkajs: the names of Kafka's error codes. */
const BY_TYPE: Readonly<Record<string, InfrastructureErrorType>> = {
  REQUEST_TIMED_OUT: "connection_timeout",
  NETWORK_EXCEPTION: "broker_down",
  BROKER_NOT_AVAILABLE: "broker_down",
  LEADER_NOT_AVAILABLE: "broker_down",
  REPLICA_NOT_AVAILABLE: "broker_down",
  NOT_LEADER_FOR_PARTITION: "broker_down",
  GROUP_COORDINATOR_NOT_AVAILABLE: "broker_down",
  GROUP_LOAD_IN_PROGRESS: "broker_down",
  NOT_COORDINATOR_FOR_GROUP: "broker_down",
  KAFKA_STORAGE_ERROR: "broker_down",
  NOT_ENOUGH_REPLICAS: "broker_down",
  CORRUPT_MESSAGE: "decode_error",
  UNSUPPORTED_FOR_MESSAGE_FORMAT: "decode_error",
};

/** `name` of the errors of kafkajs that carry neither. */
const BY_NAME: Readonly<Record<string, InfrastructureErrorType>> = {
  KafkaJSRequestTimeoutError: "connection_timeout",
  KafkaJSTimeout: "connection_timeout",
  KafkaJSLockTimeout: "connection_timeout",
  KafkaJSConnectionClosedError: "broker_down",
  KafkaJSConnectionError: "broker_down",
  KafkaJSBrokerNotFound: "broker_down",
  KafkaJSNoBrokerAvailableError: "broker_down",
  KafkaJSGroupCoordinatorNotFound: "broker_down",
  KafkaJSPartialMessageError: "decode_error",
  KafkaJSInvalidVarIntError: "decode_error",
  KafkaJSInvalidLongError: "decode_error",
  KafkaJSUnsupportedMagicByteInMessageSet: "decode_error",
  RangeError: "decode_error",
};

/** Last resort, for errors that lost their codes on the way; the first that matches wins. */
const BY_TEXT: ReadonlyArray<readonly [RegExp, InfrastructureErrorType]> = [
  [/getaddrinfo|\bdns\b/i, "dns_failure"],
  [/timeout|timed out/i, "connection_timeout"],
  [/connection refused|reset by peer|closed connection|not connected/i, "broker_down"],
  [/malformed|corrupt|CRC/, "decode_error"],
  [/not available|not the leader|no leader|loading|coordinator/i, "broker_down"],
];

const MAX_CAUSES = 8;

/** The class of a failure; the error's causes are asked too, the outermost that decides wins. */
export function classifyInfrastructureError(error: unknown): InfrastructureErrorType {
  const chain = causesOf(error);
  for (const link of chain) {
    const found = BY_CODE[textOf(link, "code")] ?? BY_TYPE[textOf(link, "type")];
    if (found) return found;
  }
  for (const link of chain) {
    const found = BY_NAME[textOf(link, "name")];
    if (found) return found;
  }
  const text = chain.map((link) => textOf(link, "message")).join(" ");
  return BY_TEXT.find(([pattern]) => pattern.test(text))?.[1] ?? "unknown";
}

/** Names of Kafka's error codes that say "join the group again", which is no failure. */
const REJOIN_TYPES: ReadonlySet<string> = new Set([
  "REBALANCE_IN_PROGRESS",
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "MEMBER_ID_REQUIRED",
]);

/** True if the group is merely rebalancing or wants this member to join again. */
export function isRejoin(error: unknown): boolean {
  return causesOf(error).some((link) => REJOIN_TYPES.has(textOf(link, "type")));
}

/** The same in the words of the client library, for where it gives no more. */
const REJOIN_TEXT = /rebalancing|valid member id|generation|not aware of this member/i;

export function isRejoinText(text: string): boolean {
  return REJOIN_TEXT.test(text);
}

/** NOT_LEADER_FOR_PARTITION, LEADER_NOT_AVAILABLE and UNKNOWN_TOPIC_OR_PARTITION, in the words of the client library. */
const WRONG_BROKER_TEXT = /not the leader|there is no leader|does not host this topic-partition/i;

/** True if a broker does not serve the partition, now or any more: the library joins its group again, at once. */
export function isWrongBrokerText(text: string): boolean {
  return WRONG_BROKER_TEXT.test(text);
}

/** True if Kafka answered, with an error: the connection itself works. */
export function isAnswered(error: unknown): boolean {
  return causesOf(error).some((link) => textOf(link, "type") !== "");
}

/** True if Kafka refused a request because it, or one of its records, is too large. */
export function isTooLarge(error: unknown): boolean {
  const types = causesOf(error).map((link) => textOf(link, "type"));
  return types.includes("MESSAGE_TOO_LARGE") || types.includes("RECORD_LIST_TOO_LARGE");
}

/**
 * True if Kafka will never take one of the records as it is: its time lies where the topic takes none, or it has no
 * key and the topic is compacted.
 */
export function isRecordRefused(error: unknown): boolean {
  const types = causesOf(error).map((link) => textOf(link, "type"));
  return types.includes("INVALID_TIMESTAMP") || types.includes("INVALID_RECORD");
}

/** True if Kafka says that the topic does not exist. */
export function isTopicMissing(error: unknown): boolean {
  return causesOf(error).some(
    (link) =>
      textOf(link, "type") === "UNKNOWN_TOPIC_OR_PARTITION" || textOf(link, "code") === "kafka_topic_missing",
  );
}

function causesOf(error: unknown): readonly object[] {
  const chain: object[] = [];
  let link = error;
  while (typeof link === "object" && link !== null && chain.length < MAX_CAUSES) {
    chain.push(link);
    link = Reflect.get(link, "cause");
  }
  return chain;
}

function textOf(link: object, field: "code" | "type" | "name" | "message"): string {
  const value: unknown = Reflect.get(link, field);
  return typeof value === "string" ? value : "";
}
