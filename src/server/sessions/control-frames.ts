// What clients say: text frames of JSON, parsed into one closed set. Bad entries are skipped one by one and
// counted, because a client with one broken cursor still wants the others honoured.

import type { Fingerprint } from "./cursor-check.ts";

/** Longest text frame a client may send, bytes of UTF-8. */
export const MAX_CONTROL_FRAME_BYTES = 1_048_576;
export const MAX_RESUME_PARTITIONS = 1024;
export const MAX_RESUME_THREADS = 10_000;

export type ResumeFrom = "latest" | "cursor" | "earliest";

export type ControlFrame =
  | { readonly type: "ping" }
  | { readonly type: "cursor_reset" }
  | {
      readonly type: "resume";
      readonly from: ResumeFrom;
      /** Last offset applied, by partition; -1 = none, the partition was empty (v2 only). */
      readonly offsets: ReadonlyMap<number, number>;
      readonly fingerprints: ReadonlyMap<number, Fingerprint>;
      /** Entries that were not a partition with an offset. */
      readonly invalidEntries: number;
    }
  | {
      readonly type: "resume_threads";
      /** Last sequence applied, by thread. */
      readonly sequences: ReadonlyMap<string, number>;
      /** Entries that were not a thread with a sequence. */
      readonly invalidEntries: number;
    }
  | { readonly type: "too_many_partitions"; readonly count: number }
  | { readonly type: "too_many_threads"; readonly count: number }
  | { readonly type: "unknown"; readonly name: string }
  | { readonly type: "malformed"; readonly reason: string };

type JsonObject = Readonly<Record<string, unknown>>;

/** Which protocol a client speaks: the original pairing, or one that it chose. */
export type Dialect = "original" | "v2";

export function parseControlFrame(text: string, dialect: Dialect = "original"): ControlFrame {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch (error) {
    return { type: "malformed", reason: error instanceof Error ? error.message : String(error) };
  }
  if (!isObject(frame)) return { type: "malformed", reason: "expected a JSON object" };
  switch (frame.type) {
    case "ping":
      return { type: "ping" };
    case "cursor_reset":
      return { type: "cursor_reset" };
    case "resume":
      return parseResume(frame, dialect);
    default:
      return { type: "unknown", name: String(frame.type).slice(0, 64) };
  }
}

/** Partition mode if it is asked for, or if nothing is asked for and there are offsets; else thread mode. */
function parseResume(frame: JsonObject, dialect: Dialect): ControlFrame {
  const explicit = frame.mode === "partition" || frame.mode === "thread";
  const byPartition = explicit
    ? frame.mode === "partition"
    : "lastOffsetsByPartition" in frame || !("lastSequencesByThread" in frame || "threadId" in frame);
  return byPartition ? parsePartitionResume(frame, dialect) : parseThreadResume(frame);
}

function parsePartitionResume(frame: JsonObject, dialect: Dialect): ControlFrame {
  const given = isObject(frame.lastOffsetsByPartition) ? Object.entries(frame.lastOffsetsByPartition) : [];
  if (given.length > MAX_RESUME_PARTITIONS) return { type: "too_many_partitions", count: given.length };
  const offsets = new Map<number, number>();
  let invalidEntries = 0;
  for (const [key, value] of given) {
    const partition = parsePartition(key);
    const isNone = dialect === "v2" && (value === "-1" || value === -1);
    const offset = isNone ? -1 : parseCount(value);
    if (partition === null || offset === null) invalidEntries++;
    else offsets.set(partition, offset);
  }
  const prints = parseFingerprints(frame.fingerprints);
  invalidEntries += prints.invalidEntries;
  const from = frame.from === "latest" || frame.from === "earliest" ? frame.from : "cursor";
  return { type: "resume", from, offsets, fingerprints: prints.fingerprints, invalidEntries };
}

function parseFingerprints(given: unknown) {
  const fingerprints = new Map<number, Fingerprint>();
  const entries = isObject(given) ? Object.entries(given).slice(0, MAX_RESUME_PARTITIONS) : [];
  for (const [key, value] of entries) {
    const partition = parsePartition(key);
    const offset = isObject(value) ? parseCount(value.offset) : null;
    const digits = isObject(value) && typeof value.crc32c === "string" ? value.crc32c : "";
    if (partition === null || offset === null || !/^[0-9a-fA-F]{8}$/.test(digits)) continue;
    fingerprints.set(partition, { offset, crc32c: Number.parseInt(digits, 16) });
  }
  return { fingerprints, invalidEntries: entries.length - fingerprints.size };
}

/** `lastSequencesByThread`, and the older form of a single `threadId` with its `lastSequence`. */
function parseThreadResume(frame: JsonObject): ControlFrame {
  const given = isObject(frame.lastSequencesByThread) ? Object.entries(frame.lastSequencesByThread) : [];
  if (given.length === 0 && typeof frame.threadId === "string") {
    given.push([frame.threadId, frame.lastSequence ?? 0]);
  }
  if (given.length > MAX_RESUME_THREADS) return { type: "too_many_threads", count: given.length };
  const sequences = new Map<string, number>();
  for (const [threadId, value] of given) {
    const sequence = parseCount(value);
    if (threadId !== "" && sequence !== null) sequences.set(threadId, sequence);
  }
  return { type: "resume_threads", sequences, invalidEntries: given.length - sequences.size };
}

function parsePartition(key: string): number | null {
  const partition = parseCount(key);
  return partition !== null && partition <= 0x7fff_ffff ? partition : null;
}

/** A non-negative integer up to 2^53-1, given as a number or as decimal digits. */
function parseCount(value: unknown): number | null {
  const digits = typeof value === "string" && /^\d{1,16}$/.test(value);
  const parsed = digits ? Number(value) : value;
  return typeof parsed === "number" && Number.isSafeInteger(parsed) && parsed >= 0 ? parsed : null;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
