// One thread as its producer sees it: its numbering, its identity in headers, and the framing of its values.

import type { Clock } from "../../src/runtime/clock.ts";
import type { Random } from "../../src/runtime/random.ts";
import { encodeFramed } from "../../src/wire/encode.ts";
import type { CompressionOptions } from "../../src/wire/frame.ts";
import type { DashStreamMessage, DashStreamMessageInit, HeaderInit } from "../../src/wire/model.ts";
import { traceId, traceparent } from "./trace-context.ts";

/** The kinds of message on a topic, by the names of the schema's oneof. */
export type TrafficKind = NonNullable<DashStreamMessage["message"]>;

/** A record as it goes to Kafka, with what a test or a summary wants to know of it. */
export interface TrafficRecord {
  /** The thread id. */
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: { readonly traceparent: string };
  readonly threadId: string;
  readonly tenantId: string;
  /** Number of the message, of a batch that of its first event; 0 = not numbered. */
  readonly sequence: number;
  readonly kind: TrafficKind;
}

/** Anything that makes records one by one; the caller sets the pace. */
export interface TrafficSource {
  next(): TrafficRecord;
}

export interface ThreadOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly threadId: string;
  readonly tenantId: string;
  readonly compression: CompressionOptions;
}

const SCHEMA_VERSION = 1;

/** Numbers and encodes the messages of one thread. */
export class TrafficThread {
  readonly #options: ThreadOptions;
  readonly #key: Buffer;
  readonly #traceId: string;
  #sequence = 0;

  constructor(options: ThreadOptions) {
    this.#options = options;
    this.#key = Buffer.from(options.threadId, "utf8");
    this.#traceId = traceId(options.random);
  }

  /** The header of the next message: the next number of the thread, or 0 if it takes none. */
  header(type: number, sequenced: boolean): HeaderInit & { readonly sequence: number } {
    const { clock, random, tenantId, threadId } = this.#options;
    if (sequenced) this.#sequence++;
    return {
      messageId: uuidBytes(random),
      timestampUs: Math.round(clock.nowMs() * 1000),
      tenantId,
      threadId,
      sequence: sequenced ? this.#sequence : 0,
      type,
      schemaVersion: SCHEMA_VERSION,
    };
  }

  record(kind: TrafficKind, sequence: number, message: DashStreamMessageInit): TrafficRecord {
    const { compression, random, threadId, tenantId } = this.#options;
    return {
      key: this.#key,
      value: encodeFramed(message, compression),
      headers: { traceparent: traceparent(this.#traceId, random) },
      threadId,
      tenantId,
      sequence,
      kind,
    };
  }
}

/** A version 4 UUID in its binary form (RFC 9562 section 5.4). */
function uuidBytes(random: Random): Uint8Array {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes;
}
