// The bad record as it was before it failed: out of its letter if that has all of it, else out of its source, and
// then only if it is provably the same record. What cannot be had is a cause, never a guess at a value.

import { createHash } from "node:crypto";
import { hopsOf, recordIdOf } from "../stream/redrive-headers.ts";
import { type DeadLetterView, type RecordPlace, recordPlace } from "./letter.ts";
import { placeKey } from "./source-records.ts";
import { type HeaderList, kafkaHeaders, type StoredRecord } from "./stored-record.ts";

/** The bad record, as far as it is known. */
export interface OriginalRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: HeaderList;
  /** The key was not known and is the thread id, which is what producers of telemetry use. */
  readonly keyIsAssumed: boolean;
  /** The headers are not known, so there are none. */
  readonly headersAreLost: boolean;
  readonly hops: number;
  readonly recordId: string;
  readonly timestampMs: number | null;
}

/** Why a record cannot be had again. */
export type LossCause =
  /** Neither the letter nor a source has the value. */
  | "no_payload"
  /** The letter has not all of it, and Kafka does not have the source any more. */
  | "source_gone"
  /** What is there has not the letter's SHA-256. */
  | "hash_mismatch";

/** The record, or why it cannot be had. */
export type Restored =
  | { readonly ok: true; readonly original: OriginalRecord }
  | { readonly ok: false; readonly cause: LossCause; readonly why: string };

/** How far the clock of a producer may be ahead of that of who wrote the letter. */
const CLOCK_SKEW_MS = 600_000;

/** Where the source has to be read so that nothing is missing; `null` if the letter has all, or names no source. */
export function sourceToRead(letter: DeadLetterView): RecordPlace | null {
  const { source, key, headers } = letter;
  const isWhole = embeddedValue(letter) !== "missing" && key !== "unknown" && headers !== "unknown";
  return isWhole ? null : recordPlace(source);
}

/** Puts the record together. `source` is what lies at `sourceToRead`, `null` if nothing does. */
export function restore(letter: DeadLetterView, source: StoredRecord | null): Restored {
  const embedded = embeddedValue(letter);
  if (embedded !== "missing") {
    // The same place with another value is another record: the topic was made anew.
    const isSame = source !== null && sameBytes(embedded, source.value);
    return { ok: true, original: assemble(letter, embedded, isSame ? source : null) };
  }
  if (source === null) return withoutSource(letter);
  const found = sha256Of(source.value);
  if (letter.sha256 !== null && found !== letter.sha256) {
    const why = `the source record has SHA-256 ${found ?? "of no value"}, expected ${letter.sha256}`;
    return { ok: false, cause: "hash_mismatch", why };
  }
  if (letter.sha256 === null && source.timestampMs > letter.record.timestampMs + CLOCK_SKEW_MS) {
    const why = `the record at ${placeKey(source)} was written after the letter: the topic was made anew`;
    return { ok: false, cause: "source_gone", why };
  }
  return { ok: true, original: assemble(letter, source.value, source) };
}

/** The value in the letter, if it is all there and what the letter says it is. */
function embeddedValue({ payload, sha256 }: DeadLetterView): Buffer | null | "missing" {
  if (payload.kind !== "embedded") return "missing";
  return sha256 === null || sha256Of(payload.value) === sha256 ? payload.value : "missing";
}

function withoutSource({ payload, source }: DeadLetterView): Restored {
  switch (payload.kind) {
    case "none":
      return { ok: false, cause: "no_payload", why: payload.why };
    case "embedded":
      return {
        ok: false,
        cause: "hash_mismatch",
        why: "the value in the letter has not the letter's SHA-256, and there is no source record",
      };
    case "source": {
      const place = recordPlace(source);
      const where = place === null ? "its source" : placeKey(place);
      return { ok: false, cause: "source_gone", why: `${payload.why}, and Kafka has nothing at ${where}` };
    }
  }
}

function assemble(letter: DeadLetterView, value: Buffer | null, source: StoredRecord | null): OriginalRecord {
  const headers = letter.headers === "unknown" ? (source?.headers ?? []) : letter.headers;
  // A record that never was in a topic takes its id from the place of its letter.
  const { topic, partition, offset } = recordPlace(letter.source) ?? letter.record;
  return {
    key: letter.key === "unknown" ? (source === null ? assumedKey(letter) : source.key) : letter.key,
    value,
    headers,
    keyIsAssumed: letter.key === "unknown" && source === null,
    headersAreLost: letter.headers === "unknown" && source === null,
    hops: Math.max(letter.hops, hopsOf(kafkaHeaders(headers))),
    recordId: letter.recordId ?? recordIdOf(kafkaHeaders(headers), topic, partition, offset),
    timestampMs: letter.originalTimestampMs ?? source?.timestampMs ?? null,
  };
}

function assumedKey({ family, threadId }: DeadLetterView): Buffer | null {
  return family === "dashstream" && threadId !== null ? Buffer.from(threadId) : null;
}

function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

/** SHA-256 in lower-case hex; `null` of no value. */
export function sha256Of(value: Buffer | null): string | null {
  return value === null ? null : createHash("sha256").update(value).digest("hex");
}
