// What a dead letter looks like in Kafka: one JSON object that names the source record, the cause and as much of the
// record as is permitted, so that it can be understood and sent again, with headers in the names of KIP-1191. Pure.

import { createHash } from "node:crypto";
import type { Random } from "../runtime/random.ts";
import { parseTraceparent } from "../telemetry/tracing/traceparent.ts";
import type { DeadLetter } from "./dead-letter.ts";
import { headerText, hopsOf, type RecordHeaders, recordIdOf } from "./redrive-headers.ts";
import { shortenId } from "./thread-id.ts";

/** What all letters of one program say of where they come from. */
export interface DeadLetterOrigin {
  /** The topic of the bad records. */
  readonly topic: string;
  /** The consumer group that met them; empty on the side of a producer. */
  readonly groupId: string;
  /** Who wrote the dead letter. */
  readonly consumerId: string;
  readonly includePayload: boolean;
}

/** The record, as it is written. */
export interface DeadLetterRecord {
  /** The trace id. */
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** At most this much of a payload is embedded, so that the dead letter itself stays below broker limits. */
export const MAX_EMBEDDED_BYTES = 512 * 1024;
/** Keys, and all headers together as they are written, are embedded up to this size each. */
const MAX_EMBEDDED_ENVELOPE_BYTES = 64 * 1024;
/** Characters of an error text; some repeat what the record says. */
const MAX_ERROR_LENGTH = 4 * 1024;
const SAMPLE_BYTES = 16;

/**
 * Builds the record. `nowMs` is milliseconds since the epoch. Its trace id is that of the record's span, by which trace
 * stores find it; without one that of its producer, and where there is none either, one is made up. Whatever
 * the bad record is made of, this one is smaller than the 1 MiB that topics accept by default.
 */
export function deadLetterRecord(
  letter: DeadLetter,
  origin: DeadLetterOrigin,
  nowMs: number,
  random: Random,
): DeadLetterRecord {
  const trace = letter.trace ??
    parseTraceparent(headerText(letter.headers, "traceparent")) ?? {
      traceId: Buffer.from(random.bytes(16)).toString("hex"),
      spanId: null,
    };
  return {
    key: trace.traceId,
    value: JSON.stringify(letterBody(letter, origin, nowMs, trace)),
    headers: {
      "__dlq.errors.topic": origin.topic,
      "__dlq.errors.partition": String(letter.partition),
      "__dlq.errors.offset": String(letter.offset),
      "__dlq.errors.group": origin.groupId,
      "__dlq.errors.delivery.count": String(hopsOf(letter.headers) + 1),
      "__dlq.errors.message": shortened(letter.error),
    },
  };
}

interface Trace {
  readonly traceId: string;
  /** `null`: the trace begins with the letter. */
  readonly spanId: string | null;
}

/** Some keys say the same under two names, those of earlier servers and those of earlier libraries. */
function letterBody(letter: DeadLetter, origin: DeadLetterOrigin, nowMs: number, trace: Trace) {
  const { value, header, partition, offset } = letter;
  const sha256 = createHash("sha256").update(value).digest("hex");
  const oversized = letter.errorType === "payload_too_large";
  const included = origin.includePayload && !oversized ? value.subarray(0, MAX_EMBEDDED_BYTES) : null;
  const threadId = idOf(header?.threadId || letter.key?.toString("utf8"));
  const tenantId = idOf(header?.tenantId);
  return {
    trace_id: trace.traceId,
    timestamp: new Date(nowMs).toISOString().replace("Z", "+00:00"),
    error: shortened(letter.error),
    error_type: letter.errorType,
    payload_sha256: sha256,
    original_payload_base64: included === null ? null : included.toString("base64"),
    payload_truncation_note: truncationNote(value.length, included, sha256, oversized),
    message_size: value.length,
    first_bytes_hex: hexList(value.subarray(0, SAMPLE_BYTES)),
    last_bytes_hex: value.length < SAMPLE_BYTES ? "" : hexList(value.subarray(-SAMPLE_BYTES)),
    kafka_partition: partition,
    kafka_offset: offset,
    message_count: letter.messageCount,
    thread_id: threadId,
    tenant_id: tenantId,
    source_topic: origin.topic,
    source_partition: partition,
    source_offset: offset,
    consumer_id: letter.consumerId ?? origin.consumerId,
    original_payload_size_bytes: value.length,
    original_payload_included_bytes: included?.length ?? 0,
    original_payload_truncated: included === null || included.length < value.length,
    original_payload_sha256: sha256,
    node_id: null,
    parent_trace_id: trace.spanId === null ? null : trace.traceId,
    span_id: trace.spanId,
    original_message:
      threadId === null && header === null ? null : originalMessage(letter, threadId, tenantId),
    record_id: recordIdOf(letter.headers, origin.topic, partition, offset),
    redrive_hops: hopsOf(letter.headers),
    original_key_base64: embeddedKey(letter.key),
    original_headers: embeddedHeaders(letter.headers),
    original_timestamp_ms: letter.timestampMs,
  };
}

/**
 * The same without anything of the bad record that could make it large, for a topic that takes only smaller ones: the
 * source and the hash tell where the record is to be had. `null` if there is nothing to leave out.
 */
export function withoutEmbedded(record: DeadLetterRecord): DeadLetterRecord | null {
  const body: ReturnType<typeof letterBody> = JSON.parse(record.value);
  const { original_payload_base64: payload, original_key_base64: key, original_headers: headers } = body;
  if (payload === null && key === null && !headers?.length) return null;
  const { original_payload_size_bytes: bytes, original_payload_sha256: sha256 } = body;
  const smaller = {
    ...body,
    original_payload_base64: null,
    payload_truncation_note:
      payload === null
        ? body.payload_truncation_note
        : `Payload of ${bytes} bytes does not fit into the dead-letter topic and is not embedded; SHA-256 ${sha256}`,
    original_payload_included_bytes: 0,
    original_payload_truncated: true,
    original_key_base64: null,
    original_headers: null,
  };
  return { ...record, value: JSON.stringify(smaller) };
}

function idOf(id: string | undefined): string | null {
  return id ? shortenId(id) : null;
}

function shortened(text: string): string {
  return text.length > MAX_ERROR_LENGTH ? `${text.slice(0, MAX_ERROR_LENGTH)}…` : text;
}

/** Fields of the source message as far as they could be read. Text, where a number could exceed 2^53. */
function originalMessage({ header }: DeadLetter, threadId: string | null, tenantId: string | null): object {
  return {
    thread_id: threadId,
    tenant_id: tenantId,
    sequence: header === null ? null : exactNumber(header.sequence, header.sequenceText),
    type: header?.messageType ?? null,
    schema_version: header?.schemaVersion ?? null,
    timestamp_us: header?.timestampUs ?? null,
  };
}

function embeddedKey(key: Buffer | null): string | null {
  return key === null || key.length > MAX_EMBEDDED_ENVELOPE_BYTES ? null : key.toString("base64");
}

/** Names and base64 values in their order; `null` if there are more than may be embedded. */
function embeddedHeaders(
  headers: RecordHeaders | undefined,
): readonly (readonly [name: string, value: string | null])[] | null {
  const pairs = Object.entries(headers ?? {}).flatMap(([name, value]) =>
    (value === undefined ? [] : [value].flat()).map((one) => [name, base64(one)] as const),
  );
  const bytes = pairs.reduce((sum, [name, value]) => sum + name.length + (value?.length ?? 0), 0);
  if (bytes > MAX_EMBEDDED_ENVELOPE_BYTES) return null;
  // JSON writes some characters of a name as six.
  return Buffer.byteLength(JSON.stringify(pairs)) > MAX_EMBEDDED_ENVELOPE_BYTES ? null : pairs;
}

/** Kafka allows headers without a value. */
function base64(value: Buffer | string | null): string | null {
  return value === null ? null : Buffer.from(value as string).toString("base64");
}

function exactNumber(value: number, text: string): number | string {
  return Number.isSafeInteger(value) ? value : text;
}

function truncationNote(
  bytes: number,
  included: Buffer | null,
  sha256: string,
  oversized: boolean,
): string | null {
  if (included?.length === bytes) return null;
  if (oversized) return `Payload of ${bytes} bytes exceeds the limit and is not embedded; SHA-256 ${sha256}`;
  if (included !== null)
    return `Only the first ${included.length} of ${bytes} bytes are embedded; SHA-256 ${sha256}`;
  return `Payload not embedded; set DLQ_INCLUDE_FULL_PAYLOAD=true to embed it. SHA-256 ${sha256}`;
}

/** `[00, 0a, ff]`, the form in which earlier servers wrote samples. */
function hexList(bytes: Uint8Array): string {
  return `[${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(", ")}]`;
}
