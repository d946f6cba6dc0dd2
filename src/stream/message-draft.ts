// A message on its way out: its headers completed, its events numbered, encoded and framed.

import { DashstreamError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Random, uuidV4 } from "../runtime/random.ts";
import { encodeFramed } from "../wire/encode.ts";
import type { CompressionOptions } from "../wire/frame.ts";
import { mapHeaders } from "../wire/map-headers.ts";
import type { DashStreamMessageInit, HeaderInit } from "../wire/model.ts";
import { CURRENT_SCHEMA_VERSION } from "../wire/schema-policy.ts";
import type { SequenceNumbers } from "./sequence-numbers.ts";

export interface MessageDraft {
  readonly tenantId: string;
  /** Thread of the message, which is its Kafka key; of a batch, that of its first event. */
  readonly threadId: string;
  readonly value: Buffer;
  /** Numbers that the message has, by thread; they count as used once the message is accepted. */
  readonly numbers: ReadonlyMap<string, number>;
}

export interface DraftContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly sequence: SequenceNumbers;
  readonly compression: CompressionOptions | null;
}

const DEFAULT_TENANT = "default";

/** Tenant and thread of a message: of its own header, or of a batch's first event that has them. */
export function envelopeOf(message: DashStreamMessageInit): {
  readonly tenantId: string;
  readonly threadId: string;
} {
  const headers: HeaderInit[] = [];
  mapHeaders(message, (header) => {
    headers.push(header);
    return header;
  });
  const first = (field: "tenantId" | "threadId") => headers.map((header) => header[field]).find(Boolean);
  return { tenantId: first("tenantId") ?? DEFAULT_TENANT, threadId: first("threadId") ?? "" };
}

/**
 * Completes what a header lacks (id, time, tenant, schema version, number) and encodes. A number that is given is
 * kept. The envelope of a batch has no number; its events have.
 * @throws DashstreamError `message_invalid`
 */
export function draftMessage(message: DashStreamMessageInit, context: DraftContext): MessageDraft {
  const { tenantId, threadId } = envelopeOf(message);
  if (threadId === "") {
    throw new DashstreamError(
      "message_invalid",
      "header.threadId is empty, thread_id must be non-empty for partitioning",
    );
  }
  const numbers = new Map<string, number>();
  const complete = mapHeaders(message, (header, place) => {
    const thread = header.threadId || threadId;
    const number = numberOf(header, thread, numbers, context.sequence);
    if (place !== "batch") numbers.set(thread, Number(number));
    return {
      ...header,
      threadId: thread,
      tenantId: header.tenantId || tenantId,
      messageId: header.messageId ?? messageId(context.random),
      timestampUs: header.timestampUs ?? BigInt(Math.round(context.clock.nowMs() * 1000)),
      schemaVersion: header.schemaVersion || CURRENT_SCHEMA_VERSION,
      ...(place === "batch" ? {} : { sequence: number }),
    };
  });
  return { tenantId, threadId, value: encodeFramed(complete, context.compression), numbers };
}

function numberOf(
  header: HeaderInit,
  threadId: string,
  numbers: ReadonlyMap<string, number>,
  sequence: SequenceNumbers,
): NonNullable<HeaderInit["sequence"]> {
  if (header.sequence !== undefined && BigInt(header.sequence) !== 0n) return header.sequence;
  const before = numbers.get(threadId);
  return before === undefined ? sequence.next(threadId) : before + 1;
}

function messageId(random: Random): Uint8Array {
  return Buffer.from(uuidV4(random).replaceAll("-", ""), "hex");
}
