// What families have in common that keep the bad record as it was and describe the error in headers.

import { hopsOf, RECORD_ID_HEADER, headerText as redriveHeader } from "../../stream/redrive-headers.ts";
import { type Family, type LetterContent, type Payload, recordPlace, type SourcePlace } from "../letter.ts";
import { headerNumber, headerText, kafkaHeaders, type StoredRecord } from "../stored-record.ts";
import { messageFields } from "./message-fields.ts";

export interface HeaderFamily {
  readonly family: Family;
  /** The header that every letter of the family has. */
  readonly marker: string;
  /** True for a header that the writer adds: the record did not have it before it failed. */
  adds(name: string): boolean;
  read(record: StoredRecord): LetterContent;
}

/** What the headers tell. */
export interface HeaderReading {
  readonly errorType: string | null;
  readonly errorText: string | null;
  readonly source: SourcePlace;
  /** Whether the writer copies the headers of the bad record. */
  readonly carriesHeaders: boolean;
  /** Default: the value of the letter. */
  readonly payload?: Payload;
  /** Default: that of the letter, where the writer puts it; `null` = not known. */
  readonly originalTimestampMs?: number | null;
  readonly details: Readonly<Record<string, string | null>>;
}

/** What a writer says of the error whose headers have a prefix in common; `text` gives one of them. */
type PrefixedReading = (
  text: (name: string) => string | null,
  source: SourcePlace,
  record: StoredRecord,
) => Omit<HeaderReading, "source">;

/**
 * A family whose headers all begin with `prefix`, and name the source in `topic`, `partition` and `offset`, numbers in
 * decimal.
 */
export function prefixedFamily(family: Family, prefix: string, describe: PrefixedReading): HeaderFamily {
  const adds = (name: string) => name.startsWith(prefix);
  return {
    family,
    marker: `${prefix}topic`,
    adds,
    read(record) {
      const text = (name: string) => headerText(record.headers, prefix + name);
      const number = (name: string) => headerNumber(record.headers, prefix + name);
      const source = sourcePlace(text("topic"), number("partition"), number("offset"));
      return rawContent(record, adds, { source, ...describe(text, source, record) });
    },
  };
}

/** The content of a letter whose key and value are those of the bad record. */
export function rawContent(
  { key, value, headers, timestampMs }: StoredRecord,
  isAdded: (name: string) => boolean,
  reading: HeaderReading,
): LetterContent {
  const { carriesHeaders, details, payload = { kind: "embedded", value }, ...rest } = reading;
  const redriveHeaders = kafkaHeaders(headers);
  return {
    originalTimestampMs: timestampMs,
    ...rest,
    ...messageFields(value),
    hops: hopsOf(redriveHeaders),
    recordId: redriveHeader(redriveHeaders, RECORD_ID_HEADER),
    payload,
    sha256: null,
    key: payload.kind === "embedded" ? key : "unknown",
    headers: carriesHeaders ? headers.filter(([name]) => !isAdded(name)) : "unknown",
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

/** The details that the writer gave. */
export function present(details: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(details).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}
