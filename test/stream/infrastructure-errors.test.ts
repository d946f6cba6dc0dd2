import { describe, expect, test } from "bun:test";
import {
  KafkaJSConnectionError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
  KafkaJSRequestTimeoutError,
} from "kafkajs";
import { DashstreamError } from "../../src/errors.ts";
import {
  classifyInfrastructureError,
  isAnswered,
  isRejoin,
  isRejoinText,
  isTooLarge,
  isTopicMissing,
} from "../../src/stream/infrastructure-errors.ts";

function nodeError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

function protocolError(type: string): Error {
  return Object.assign(new Error(type), { name: "KafkaJSProtocolError", type, code: 1, retriable: true });
}

function retriesExceeded(cause: Error): Error {
  return new KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 5, retryTime: 1 });
}

describe("a failure to talk to Kafka is classed by its code", () => {
  test.each([
    ["ENOTFOUND", "dns_failure"],
    ["EAI_AGAIN", "dns_failure"],
    ["ETIMEDOUT", "connection_timeout"],
    ["ECONNREFUSED", "broker_down"],
    ["ECONNRESET", "broker_down"],
    ["EPIPE", "broker_down"],
    ["EHOSTUNREACH", "broker_down"],
    ["EWHATEVER", "unknown"],
  ] as const)("of the system: %s is %s", (code, type) => {
    expect(classifyInfrastructureError(nodeError(code))).toBe(type);
  });

  test.each([
    ["REQUEST_TIMED_OUT", "connection_timeout"],
    ["NOT_LEADER_FOR_PARTITION", "broker_down"],
    ["GROUP_COORDINATOR_NOT_AVAILABLE", "broker_down"],
    ["CORRUPT_MESSAGE", "decode_error"],
    ["TOPIC_AUTHORIZATION_FAILED", "unknown"],
  ] as const)("of Kafka: %s is %s", (name, type) => {
    expect(classifyInfrastructureError(protocolError(name))).toBe(type);
  });

  test("of the client library", () => {
    const timeout = new KafkaJSRequestTimeoutError("no", {
      broker: "a:1",
      clientId: "c",
      correlationId: 1,
      createdAt: 0,
      sentAt: 0,
      pendingDuration: 0,
    });
    expect(classifyInfrastructureError(timeout)).toBe("connection_timeout");
    const closed = Object.assign(new Error("Closed connection"), { name: "KafkaJSConnectionClosedError" });
    expect(classifyInfrastructureError(closed)).toBe("broker_down");
  });

  test("of this project: an undecodable batch, and an answer that did not come in time", () => {
    expect(classifyInfrastructureError(new DashstreamError("protocol_error", "lz4"))).toBe("decode_error");
    const cause = nodeError("ETIMEDOUT");
    expect(classifyInfrastructureError(new DashstreamError("kafka_unreachable", "slow", { cause }))).toBe(
      "connection_timeout",
    );
  });

  test("found in the causes, below what wraps it", () => {
    const refused = new KafkaJSConnectionError("Connection error", { broker: "a:1", code: "ECONNREFUSED" });
    expect(classifyInfrastructureError(retriesExceeded(refused))).toBe("broker_down");
    const unresolved = new KafkaJSConnectionError("Connection error", { broker: "a:1", code: "ENOTFOUND" });
    expect(classifyInfrastructureError(retriesExceeded(unresolved))).toBe("dns_failure");
    const nested = new Error("gave up", { cause: protocolError("REQUEST_TIMED_OUT") });
    expect(classifyInfrastructureError(nested)).toBe("connection_timeout");
  });

  test("and by its text only where there is no code", () => {
    expect(classifyInfrastructureError(new Error("getaddrinfo failed for kafka"))).toBe("dns_failure");
    expect(classifyInfrastructureError(new Error("Request timed out"))).toBe("connection_timeout");
    expect(classifyInfrastructureError(new Error("lz4 frame is malformed: no magic number"))).toBe(
      "decode_error",
    );
    expect(
      classifyInfrastructureError(Object.assign(nodeError("ECONNREFUSED"), { message: "timeout" })),
    ).toBe("broker_down");
  });

  test("whatever was thrown", () => {
    expect(classifyInfrastructureError("text")).toBe("unknown");
    expect(classifyInfrastructureError(null)).toBe("unknown");
    const circle = new Error("round");
    circle.cause = circle;
    expect(classifyInfrastructureError(circle)).toBe("unknown");
  });
});

test("a rebalance is no failure, in codes and in the words of the library", () => {
  expect(isRejoin(protocolError("REBALANCE_IN_PROGRESS"))).toBe(true);
  expect(isRejoin(retriesExceeded(protocolError("UNKNOWN_MEMBER_ID")))).toBe(true);
  expect(isRejoin(protocolError("NOT_LEADER_FOR_PARTITION"))).toBe(false);
  expect(isRejoinText("The group is rebalancing, so a rejoin is needed")).toBe(true);
  expect(isRejoinText("The coordinator is loading")).toBe(false);
});

test("what Kafka answered is told apart from what did not reach it", () => {
  expect(isAnswered(protocolError("MESSAGE_TOO_LARGE"))).toBe(true);
  expect(isAnswered(retriesExceeded(nodeError("ECONNREFUSED")))).toBe(false);
  expect(isTooLarge(retriesExceeded(protocolError("MESSAGE_TOO_LARGE")))).toBe(true);
  expect(isTopicMissing(protocolError("UNKNOWN_TOPIC_OR_PARTITION"))).toBe(true);
  expect(isTopicMissing(new KafkaJSProtocolError("x"))).toBe(false);
});
