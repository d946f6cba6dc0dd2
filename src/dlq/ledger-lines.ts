// The lines of a ledger: the first says what it is about, each other names one dead letter that was sent, where to,
// and enough of the letter to know it again.

import { createHash } from "node:crypto";
import { asObject, integer, type JsonObject, text } from "./json-object.ts";
import type { StoredRecord } from "./stored-record.ts";

/** What a ledger is about. */
export interface LedgerSubject {
  readonly clusterId: string;
  /** The dead-letter topic. */
  readonly topic: string;
}

/** One dead letter whose record Kafka has acknowledged. */
export interface LedgerEntry {
  readonly partition: number;
  readonly offset: number;
  /** Of `identityOf`: a letter of a topic made anew may have the same place. */
  readonly identity: string;
  readonly recordId: string;
  /** The topic that the record was written to. */
  readonly target: string;
}

const KIND = "dashstream redrive ledger";
const VERSION = 1;
const IDENTITY_DIGITS = 12;

/** Tells a letter by its time, key and value, in 12 hexadecimal digits. */
export function identityOf({ timestampMs, key, value }: StoredRecord): string {
  const hash = createHash("sha256").update(`${timestampMs} ${key?.length ?? -1} `);
  if (key !== null) hash.update(key);
  if (value !== null) hash.update(value);
  return hash.digest("hex").slice(0, IDENTITY_DIGITS);
}

/** What is noted of a letter whose record was sent to `target`, besides the record's id. */
export function sentLetter(letter: StoredRecord, target: string): Omit<LedgerEntry, "recordId"> {
  return { partition: letter.partition, offset: letter.offset, identity: identityOf(letter), target };
}

/** The first line of a ledger. */
export function subjectLine({ clusterId, topic }: LedgerSubject): string {
  return `${JSON.stringify({ ledger: KIND, version: VERSION, cluster_id: clusterId, topic })}\n`;
}

/** The line of one letter. `sentAtMs` is milliseconds since the epoch; only for people. */
export function entryLine(entry: LedgerEntry, sentAtMs: number): string {
  const { partition, offset, identity, recordId, target } = entry;
  const sent_at = new Date(sentAtMs).toISOString();
  return `${JSON.stringify({ partition, offset, identity, target, record_id: recordId, sent_at })}\n`;
}

/** What is wrong with the first line of a ledger, `null` if it is about `subject`. */
export function subjectProblem(line: Buffer, { clusterId, topic }: LedgerSubject): string | null {
  const found = asObject(line);
  if (found?.ledger !== KIND) return "it is not a redrive ledger";
  if (found.version !== VERSION) return `its version is ${found.version}, expected ${VERSION}`;
  if (found.cluster_id !== clusterId) return `it is about cluster ${found.cluster_id}, not ${clusterId}`;
  return found.topic === topic ? null : `it is about topic ${found.topic}, not ${topic}`;
}

/** `null` if the line is damaged. */
export function parseEntry(line: Buffer): LedgerEntry | null {
  const found = asObject(line);
  return found === null ? null : entryOf(found);
}

function entryOf(found: JsonObject): LedgerEntry | null {
  const [partition, offset] = [integer(found.partition), integer(found.offset)];
  const [identity, recordId, target] = [text(found.identity), text(found.record_id), text(found.target)];
  if (partition === null || offset === null || recordId === null || target === null) return null;
  if (identity === null || !/^[0-9a-f]{12}$/.test(identity)) return null;
  return { partition, offset, identity, recordId, target };
}
