// What families have in common that keep the bad record as it was and describe the error in headers.

import { hopsOf, RECORD_ID_HEADER, headerText as redriveHeader } from "../../stream/redrive-headers.ts";
import { type Family, type LetterContent, type Payload, recordPlace, type SourcePlace } from "../letter.ts";
import { kafkaHeaders, type StoredRecord } from "../stored-record.ts";
import { messageFields } from "./message-fields.ts";

export interface HeaderFamily {
  readonly family: Family;
  /** The header that every letter of the family has. */
  readonly marker: string;
  /** True for a header that the writer adds: the record did not have it before it failed. */
  adds(name: string): boolean;
  read(record: StoredRecord): LetterContent;
}

/** What the headers tell; `carriesHeaders` says whether the writer copies those of the bad record. */
export interface HeaderReading {
  readonly errorType: string | null;
  readonly errorText: string | null;
  readonly source: SourcePlace;
  readonly carriesHeaders: boolean;
  readonly payload?: Payload;
  readonly originalTimestampMs?: number | null;
  readonly details: Readonly<Record<string, string | null>>;
}

/** The content of a letter whose key and value are those of the bad record. */
export function rawContent(
  { key, value, headers, timestampMs }: StoredRecord,
  isAdded: (name: string) => boolean,
  reading: HeaderReading,
): LetterContent {
  const { carriesHeaders, details, payload = { kind: "embedded", value }, ...rest } = reading;
  return {
    ...rest,
    ...messageFields(value),
    hops: hopsOf(kafkaHeaders(headers)),
    recordId: redriveHeader(kafkaHeaders(headers), RECORD_ID_HEADER),
    payload,
    sha256: null,
    key: payload.kind === "embedded" ? key : "unknown",
    headers: carriesHeaders ? headers.filter(([name]) => !isAdded(name)) : "unknown",
    originalTimestampMs: reading.originalTimestampMs ?? timestampMs,
    details: present(details),
  };
}

/**
 * A writer that may leave out key and value, or had none at hand, leaves both null; so does a bad record that had
 * neither. Its source tells, in both cases.
 */
export function payloadUnlessBare({ key, value }: StoredRecord, source: SourcePlace): Payload {
  if (key !== null || value !== null) return { kind: "embedded", value };
  const why = "the letter has neither key nor value";
  return recordPlace(source) !== null
    ? { kind: "source", why, sizeBytes: null }
    : { kind: "none", why: `${why}, and no source` };
}

/** Empty names and negative numbers mean that the writer did not know. */
export function sourcePlace(
  topic: string | null,
  partition: number | null,
  offset: number | null,
): SourcePlace {
  return { topic: topic || null, partition: natural(partition), offset: natural(offset) };
}

function natural(value: number | null): number | null {
  return value !== null && value >= 0 ? value : null;
}

function present(details: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(details).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}
