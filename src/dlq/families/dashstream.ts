// Dead letters of this server and library: one JSON object. Earlier versions wrote two different ones, the server
// without a source topic, the library without partition samples; today's has the keys of both. A key that a version
// did not have is unknown here, not empty.

import { asObject, integer, type JsonObject, text } from "../json-object.ts";
import { type Known, type LetterContent, type Payload, recordPlace, type SourcePlace } from "../letter.ts";
import { type HeaderList, headerNumber, headerText, type StoredRecord } from "../stored-record.ts";
import { present, sourcePlace } from "./header-family.ts";

/** Keys that tell the letter from other JSON; the second of server or library. */
const SERVER_KEYS = ["kafka_partition", "kafka_offset", "payload_sha256"];
const LIBRARY_KEYS = ["source_topic", "source_partition", "source_offset", "consumer_id"];

/**
 * The content of a letter, `null` if the value is something else. `fallbackTopic` is the source of letters that do
 * not name it.
 */
export function readDashstream(record: StoredRecord, fallbackTopic: string | null): LetterContent | null {
  const body = asObject(record.value);
  if (body === null || !isOurs(body)) return null;
  const source = sourceOf(body, fallbackTopic);
  if (!isSameSource(record.headers, source)) return null;
  const original = asObject(body.original_message);
  return {
    errorType: text(body.error_type),
    errorText: text(body.error),
    source,
    threadId: text(body.thread_id) ?? text(original?.thread_id),
    tenantId: text(body.tenant_id) ?? text(original?.tenant_id),
    sequence: decimal(original?.sequence),
    traceId: text(body.trace_id),
    hops: Math.max(0, integer(body.redrive_hops) ?? 0),
    recordId: text(body.record_id) || null,
    payload: payloadOf(body, source),
    sha256: sha256In(body),
    // `null` is said of a record without key, and of a key that was too large: only the source can tell.
    key: base64(body.original_key_base64) ?? "unknown",
    headers: headersOf(body.original_headers),
    originalTimestampMs: integer(body.original_timestamp_ms),
    details: detailsOf(body),
  };
}

function isOurs(body: JsonObject): boolean {
  if (typeof body.error_type !== "string" || typeof body.timestamp !== "string") return false;
  return [SERVER_KEYS, LIBRARY_KEYS].some((keys) => keys.every((key) => key in body));
}

function sourceOf(body: JsonObject, fallbackTopic: string | null): SourcePlace {
  return sourcePlace(
    "source_topic" in body ? text(body.source_topic) : fallbackTopic,
    integer(body.source_partition) ?? integer(body.kafka_partition),
    integer(body.source_offset) ?? integer(body.kafka_offset),
  );
}

/** A share group that reads a dead-letter topic can give up one of our letters: then the headers are not ours. */
function isSameSource(headers: HeaderList, { topic, partition, offset }: SourcePlace): boolean {
  const said = headerText(headers, "__dlq.errors.topic");
  if (said === null) return true;
  const saidPartition = headerNumber(headers, "__dlq.errors.partition") ?? -1;
  const saidOffset = headerNumber(headers, "__dlq.errors.offset") ?? -1;
  return said === topic && saidPartition === (partition ?? -1) && saidOffset === (offset ?? -1);
}

function payloadOf(body: JsonObject, source: SourcePlace): Payload {
  const bytes = base64(body.original_payload_base64);
  const size = integer(body.original_payload_size_bytes) ?? integer(body.message_size);
  const isWhole = body.original_payload_truncated !== true && (size === null || size === bytes?.length);
  if (bytes !== null && isWhole) return { kind: "embedded", value: bytes };
  const why = bytes === null ? "the letter does not embed it" : "the letter embeds only its beginning";
  if (recordPlace(source) === null) return { kind: "none", why: `${why}, and no source` };
  if (sha256In(body) === null) return { kind: "none", why: `${why}, and no SHA-256 to know the source by` };
  return { kind: "source", why, sizeBytes: size };
}

function sha256In(body: JsonObject): string | null {
  return (text(body.payload_sha256) ?? text(body.original_payload_sha256))?.toLowerCase() ?? null;
}

/** Pairs of a name and base64; `null` where the writer left them out. One that is malformed makes all unknown. */
function headersOf(value: unknown): Known<HeaderList> {
  if (!Array.isArray(value)) return "unknown";
  const pairs: (readonly [string, Buffer | null])[] = [];
  for (const pair of value as readonly unknown[]) {
    const [name, encoded] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    const bytes = base64(encoded);
    if (typeof name !== "string" || (bytes === null && encoded !== null)) return "unknown";
    pairs.push([name, bytes]);
  }
  return pairs;
}

function detailsOf(body: JsonObject): Readonly<Record<string, string>> {
  return present({
    consumer: text(body.consumer_id) || null,
    written_at: text(body.timestamp) || null,
    node: text(body.node_id) || null,
    parent_trace_id: text(body.parent_trace_id) || null,
    span_id: text(body.span_id) || null,
    note: text(body.payload_truncation_note) || null,
    first_bytes: text(body.first_bytes_hex) || null,
    last_bytes: text(body.last_bytes_hex) || null,
  });
}

/** Sequence numbers beyond 2^53 are written as text. */
function decimal(value: unknown): string | null {
  if (typeof value === "string" && /^\d{1,20}$/.test(value)) return value;
  return typeof value === "number" && Number.isSafeInteger(value) ? String(value) : null;
}

/** Decodes standard base64 strictly; `null` for anything else. */
function base64(value: unknown): Buffer | null {
  if (typeof value !== "string" || value.length % 4 !== 0) return null;
  const padding = value.endsWith("==") ? 2 : value.endsWith("=") ? 1 : 0;
  const bytes = Buffer.from(value, "base64");
  // The decoder skips what is not base64, so the result is shorter if there was something.
  return bytes.length === (value.length / 4) * 3 - padding ? bytes : null;
}
