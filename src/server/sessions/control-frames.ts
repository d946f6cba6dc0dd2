// What clients say: text frames of JSON, parsed into one closed set. Bad entries are skipped one by one and
// counted, because a client with one broken cursor still wants the others honoured.

import { type Fingerprints, parseFingerprints } from "../../wire/fingerprint.ts";
import { asCount, isJsonObject } from "../../wire/json-fields.ts";

/** Longest text frame a client may send, bytes of UTF-8. */
export const MAX_CONTROL_FRAME_BYTES = 1_048_576;
export const MAX_RESUME_PARTITIONS = 1024;
export const MAX_RESUME_THREADS = 10_000;
const MAX_PARTITION = 2 ** 31 - 1;

export type ResumeFrom = "latest" | "cursor" | "earliest";

export type ControlFrame =
  | { readonly type: "ping" }
  | { readonly type: "cursor_reset" }
  | {
      readonly type: "resume";
      readonly from: ResumeFrom;
      /** Last offset applied, by partition; -1 = none, the partition was empty (v2 only). */
      readonly offsets: ReadonlyMap<number, number>;
      readonly fingerprints: Fingerprints;
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
  if (!isJsonObject(frame)) return { type: "malformed", reason: "expected a JSON object" };
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
  const given = isJsonObject(frame.lastOffsetsByPartition)
    ? Object.entries(frame.lastOffsetsByPartition)
    : [];
  if (given.length > MAX_RESUME_PARTITIONS) return { type: "too_many_partitions", count: given.length };
  const offsets = new Map<number, number>();
  let invalidEntries = 0;
  for (const [key, value] of given) {
    const partition = asCount(key, MAX_PARTITION);
    const isNone = dialect === "v2" && (value === "-1" || value === -1);
    const offset = isNone ? -1 : asCount(value);
    if (partition === null || offset === null) invalidEntries++;
    else offsets.set(partition, offset);
  }
  const prints = frame.fingerprints === undefined ? null : parseFingerprints(frame.fingerprints);
  if (prints?.ok === false) invalidEntries++;
  const fingerprints = prints?.ok ? prints.fingerprints : new Map();
  const from = frame.from === "latest" || frame.from === "earliest" ? frame.from : "cursor";
  return { type: "resume", from, offsets, fingerprints, invalidEntries };
}

/** `lastSequencesByThread`, and the older form of a single `threadId` with its `lastSequence`. */
function parseThreadResume(frame: JsonObject): ControlFrame {
  const given = isJsonObject(frame.lastSequencesByThread) ? Object.entries(frame.lastSequencesByThread) : [];
  if (given.length === 0 && typeof frame.threadId === "string") {
    given.push([frame.threadId, frame.lastSequence ?? 0]);
  }
  if (given.length > MAX_RESUME_THREADS) return { type: "too_many_threads", count: given.length };
  const sequences = new Map<string, number>();
  for (const [threadId, value] of given) {
    const sequence = asCount(value);
    if (threadId !== "" && sequence !== null) sequences.set(threadId, sequence);
  }
  return { type: "resume_threads", sequences, invalidEntries: given.length - sequences.size };
}
