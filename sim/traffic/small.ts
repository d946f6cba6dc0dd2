// The cheapest traffic there is, for benchmarks: one event of about 300 bytes over and over, of which only the
// message id, the time and the number change. Everything else is encoded once.

import type { Clock } from "../../src/runtime/clock.ts";
import { type Random, uuidV4 } from "../../src/runtime/random.ts";
import { RAW_FRAME } from "../../src/wire/frame.ts";
import { encodeMessage } from "../../src/wire/messages.ts";
import { EventType, MessageType } from "../../src/wire/model.ts";
import type { TrafficRecord, TrafficSource } from "./thread.ts";
import { traceId, traceparent } from "./trace-context.ts";

export interface SmallTrafficOptions {
  readonly random: Random;
  readonly clock: Clock;
  /** Default: one, named `bench`. */
  readonly tenants?: readonly string[];
  /** Threads that take turns without end; default 64. */
  readonly threads?: number;
}

interface SmallThread {
  readonly key: Buffer;
  readonly headers: { readonly traceparent: string };
  readonly threadId: string;
  readonly tenantId: string;
  /** The encoded header fields that never change. */
  readonly identity: Buffer;
  sequence: number;
}

// Tags: field number times 8 plus the wire type (0 varint, 2 length-delimited).
const EVENT_TAG = 0x0a;
const HEADER_TAG = 0x0a;
const MESSAGE_ID_TAG = 0x0a;
const TIMESTAMP_US_TAG = 0x10;
const SEQUENCE_TAG = 0x28;
const MESSAGE_ID_BYTES = 16;
const FILLER =
  "merged the findings of both searches into one summary, dropped what was found twice, and kept the three best " +
  "sources with their scores";

export function createSmallTraffic(options: SmallTrafficOptions): TrafficSource {
  const { random, clock, tenants = ["bench"], threads: count = 64 } = options;
  const body = eventBody();
  const threads = Array.from({ length: Math.max(1, count) }, (_, i) =>
    smallThread(random, tenants[i % tenants.length] ?? "bench"),
  );
  let turns = threads.values();
  const next = (): TrafficRecord => {
    const turn = turns.next();
    if (turn.done) {
      turns = threads.values();
      return next();
    }
    const { key, headers, threadId, tenantId, identity } = turn.value;
    const sequence = ++turn.value.sequence;
    const value = encode(identity, body, sequence, Math.round(clock.nowMs() * 1000), random);
    return { key, value, headers, threadId, tenantId, sequence, kind: "event" };
  };
  return { next };
}

function smallThread(random: Random, tenantId: string): SmallThread {
  const threadId = uuidV4(random);
  const header = { tenantId, threadId, type: MessageType.MESSAGE_TYPE_EVENT, schemaVersion: 1 };
  return {
    key: Buffer.from(threadId),
    headers: { traceparent: traceparent(traceId(random), random) },
    threadId,
    tenantId,
    identity: contentOf(contentOf(encodeMessage({ event: { header } }))),
    sequence: 0,
  };
}

/** The fields of the event other than its header. */
function eventBody(): Buffer {
  const eventType = EventType.EVENT_TYPE_NODE_END;
  const attributes = {
    config_version: { stringValue: "2.3.0" },
    message: { stringValue: FILLER },
    percent: { intValue: 100 },
  };
  return contentOf(
    encodeMessage({ event: { eventType, nodeId: "synthesize", durationUs: 48_211, attributes } }),
  );
}

/** The content of the only field of a message: what follows its tag and its length. */
function contentOf(message: Buffer): Buffer {
  let start = 1;
  while ((message[start] ?? 0) >= 0x80) start++;
  return message.subarray(start + 1);
}

/** 0x00, event { header { message id, time, number, identity }, body }. */
function encode(
  identity: Buffer,
  body: Buffer,
  sequence: number,
  timestampUs: number,
  random: Random,
): Buffer {
  const headerBytes =
    2 + MESSAGE_ID_BYTES + 1 + varintBytes(timestampUs) + 1 + varintBytes(sequence) + identity.length;
  const eventBytes = 1 + varintBytes(headerBytes) + headerBytes + body.length;
  const value = Buffer.allocUnsafe(2 + varintBytes(eventBytes) + eventBytes);
  value[0] = RAW_FRAME;
  value[1] = EVENT_TAG;
  let at = writeVarint(value, 2, eventBytes);
  value[at++] = HEADER_TAG;
  at = writeVarint(value, at, headerBytes);
  value[at++] = MESSAGE_ID_TAG;
  value[at++] = MESSAGE_ID_BYTES;
  for (let i = 0; i < MESSAGE_ID_BYTES; i += 4) value.writeUInt32LE(random.int(2 ** 32), at + i);
  // Version and variant of a random UUID (RFC 9562 section 5.4).
  value[at + 6] = ((value[at + 6] ?? 0) & 0x0f) | 0x40;
  value[at + 8] = ((value[at + 8] ?? 0) & 0x3f) | 0x80;
  at += MESSAGE_ID_BYTES;
  value[at++] = TIMESTAMP_US_TAG;
  at = writeVarint(value, at, timestampUs);
  value[at++] = SEQUENCE_TAG;
  at = writeVarint(value, at, sequence);
  value.set(identity, at);
  value.set(body, at + identity.length);
  return value;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

/** Gives the position after the number. */
function writeVarint(target: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) target[at++] = (rest % 0x80) | 0x80;
  target[at++] = rest;
  return at;
}
