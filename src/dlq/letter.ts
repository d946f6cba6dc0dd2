// What is known of one dead letter, whoever wrote it. Every writer has its own way to say where a record came from
// and what was wrong with it; here they all look the same.

import type { HeaderList, StoredRecord } from "./stored-record.ts";

/**
 * Who wrote a dead letter.
 *
 * - `dashstream`: this server or library, or an earlier version of either
 * - `connect`: a sink of Kafka Connect
 * - `streams`: Kafka Streams (KIP-1034)
 * - `spring`: the dead-letter recoverer of Spring Kafka
 * - `share_group`: Kafka itself, for a share group (KIP-1191)
 * - `unknown`: the record is not a dead letter that can be told
 */
export const FAMILIES = ["dashstream", "connect", "streams", "spring", "share_group", "unknown"] as const;

export type Family = (typeof FAMILIES)[number];

/** Where the bad record lay. `null` = not known, or it was never in a partition. */
export interface SourcePlace {
  readonly topic: string | null;
  readonly partition: number | null;
  readonly offset: number | null;
}

/** A place where a record can be read. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** The place of a source that is known in full. */
export function recordPlace({ topic, partition, offset }: SourcePlace): RecordPlace | null {
  return topic === null || partition === null || offset === null ? null : { topic, partition, offset };
}

/** How the value of the bad record can be had. */
export type Payload =
  /** All of it is in the letter. `null` = the record had no value. */
  | { readonly kind: "embedded"; readonly value: Buffer | null }
  /** It has to be read from the source again. `why` says what is missing here; the size may not be known. */
  | { readonly kind: "source"; readonly why: string; readonly sizeBytes: number | null }
  /** It is lost. */
  | { readonly kind: "none"; readonly why: string };

/** Part of the original record that a writer may leave out. */
export type Known<T> = T | "unknown";

/** What one writer's form tells of a letter. */
export interface LetterContent {
  /** Class of what was wrong, in the words of the writer. */
  readonly errorType: string | null;
  readonly errorText: string | null;
  readonly source: SourcePlace;
  readonly threadId: string | null;
  readonly tenantId: string | null;
  /** Decimal, because it may exceed 2^53. */
  readonly sequence: string | null;
  readonly traceId: string | null;
  /** How often the record had been redriven when it failed, as far as the letter knows. */
  readonly hops: number;
  /** The id that all copies of the record share; `null` if only its place can tell. */
  readonly recordId: string | null;
  readonly payload: Payload;
  /** SHA-256 of the whole value in lower-case hex, if the letter has it. */
  readonly sha256: string | null;
  readonly key: Known<Buffer | null>;
  /** Headers of the bad record, without those that any writer of dead letters added. */
  readonly headers: Known<HeaderList>;
  readonly originalTimestampMs: number | null;
  /** What else the writer says, by its own names: consumer, connector, stack trace. */
  readonly details: Readonly<Record<string, string>>;
}

/** A dead letter: what it says, and the record that says it. */
export interface DeadLetterView extends LetterContent {
  readonly family: Family;
  /** Its timestamp is when the letter was written, except that Connect and Streams put the bad record's there. */
  readonly record: StoredRecord;
}

/** `partition:offset` of a letter in its topic. */
export function placeOf({ record }: DeadLetterView): string {
  return `${record.partition}:${record.offset}`;
}
