// Values as a producer frames them, for tests of what is shown.

import { encodeFramed } from "../../src/wire/encode.ts";
import { type DashStreamMessageInit, EventType, type HeaderInit } from "../../src/wire/model.ts";

/** 2026-01-02T03:04:05.678Z in microseconds. */
export const TIMESTAMP_US = 1_767_323_045_678_000n;

export function header(changes: HeaderInit = {}): HeaderInit {
  return {
    messageId: new Uint8Array(16).fill(1),
    timestampUs: TIMESTAMP_US,
    tenantId: "acme",
    threadId: "thread-1",
    sequence: 7n,
    schemaVersion: 1,
    ...changes,
  };
}

export function value(message: DashStreamMessageInit): Buffer {
  return encodeFramed(message);
}

/** The start of a node. */
export function nodeStart(changes: HeaderInit = {}): Buffer {
  const event = { header: header(changes), eventType: EventType.EVENT_TYPE_NODE_START, nodeId: "plan" };
  return value({ message: "event", event });
}
