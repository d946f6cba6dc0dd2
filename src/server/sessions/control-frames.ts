// What clients say: text frames of JSON, parsed into one closed set. Bad entries are skipped one by one and
// counted, because a client with one broken cursor still wants the others honoured.

import { type Fingerprints, parseFingerprints } from "../../wire/fingerprint.ts";
import { asCount, isJsonObject, wrongField } from "../../wire/json-fields.ts";
import { parseStreamFilter, type StreamFilter } from "../../wire/stream-filter.ts";
import { parseStreamChoices, type StreamChoices } from "./stream-choices.ts";

/** Longest text frame a client may send, bytes of UTF-8. */
export const MAX_CONTROL_FRAME_BYTES = 1_048_576;
export const MAX_RESUME_PARTITIONS = 1024;
export const MAX_RESUME_THREADS = 10_000;
const MAX_PARTITION = 2 ** 31 - 1;

export type ResumeFrom = "latest" | "cursor" | "earliest";

export type ControlFrame =
  | { readonly type: "ping" }
  | { readonly type: "cursor_reset" }
  /** The three that follow belong to the second protocol. */
  | { readonly type: "filter"; readonly filter: StreamFilter }
  | { readonly type: "ack"; readonly offsets: ReadonlyMap<number, number> }
  | {
      readonly type: "invalid";
      readonly code: "INVALID_FILTER" | "INVALID_RESUME_OPTION" | "INVALID_ACK";
      readonly error: string;
    }
  | {
      readonly type: "resume";
      readonly from: ResumeFrom;
      /** Last offset applied, by partition; -1 = none, the partition was empty (v2 only). */
      readonly offsets: ReadonlyMap<number, number>;
      readonly fingerprints: Fingerprints;
      readonly options: StreamChoices;
      /** Entries that were not a partition with an offset. */
      readonly invalidEntries: number;
    }
  | {
      readonly type: "resume_threads";
      /** Last sequence applied, by thread. */
      readonly sequences: ReadonlyMap<string, number>;
      readonly options: StreamChoices;
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
      return (dialect === "v2" && parseV2Frame(frame)) || { type: "unknown", name: nameOf(frame.type) };
  }
}

function nameOf(type: unknown): string {
  return String(type).slice(0, 64);
}

/** What only the second protocol has; `null` if it has it neither. */
function parseV2Frame(frame: JsonObject): ControlFrame | null {
  switch (frame.type) {
    case "filter": {
      const parsed = parseStreamFilter(frame.filter);
      if (parsed.ok) return { type: "filter", filter: parsed.filter };
      return { type: "invalid", code: "INVALID_FILTER", error: parsed.error };
    }
    case "ack": {
      const { lastOffsetsByPartition: given } = frame;
      const { offsets, invalidEntries } = parseOffsets(given, "v2");
      if (isJsonObject(given) && invalidEntries === 0) return { type: "ack", offsets };
      const expected = "an object of offsets by partition";
      return {
        type: "invalid",
        code: "INVALID_ACK",
        error: wrongField("lastOffsetsByPartition", given, expected),
      };
    }
    default:
      return null;
  }
}

/** Partition mode if it is asked for, or if nothing is asked for and there are offsets; else thread mode. */
function parseResume(frame: JsonObject, dialect: Dialect): ControlFrame {
  const explicit = frame.mode === "partition" || frame.mode === "thread";
  const byPartition = explicit
    ? frame.mode === "partition"
    : "lastOffsetsByPartition" in frame || !("lastSequencesByThread" in frame || "threadId" in frame);
  const chosen = dialect === "v2" ? parseStreamChoices(frame) : NO_CHOICES;
  if (!chosen.ok) return { type: "invalid", code: chosen.code, error: chosen.error };
  return byPartition
    ? parsePartitionResume(frame, dialect, chosen.choices)
    : parseThreadResume(frame, chosen.choices);
}

const NO_CHOICES = { ok: true, choices: {} } as const;

function parsePartitionResume(frame: JsonObject, dialect: Dialect, options: StreamChoices): ControlFrame {
  const given = frame.lastOffsetsByPartition;
  const count = isJsonObject(given) ? Object.keys(given).length : 0;
  if (count > MAX_RESUME_PARTITIONS) return { type: "too_many_partitions", count };
  const { offsets, invalidEntries } = parseOffsets(given, dialect);
  const prints = frame.fingerprints === undefined ? null : parseFingerprints(frame.fingerprints);
  if (prints?.ok === false && dialect === "v2") {
    return { type: "invalid", code: "INVALID_RESUME_OPTION", error: prints.error };
  }
  return {
    type: "resume",
    from: frame.from === "latest" || frame.from === "earliest" ? frame.from : "cursor",
    offsets,
    fingerprints: prints?.ok ? prints.fingerprints : new Map(),
    options,
    invalidEntries: invalidEntries + (prints?.ok === false ? 1 : 0),
  };
}

function parseOffsets(given: unknown, dialect: Dialect) {
  const entries = isJsonObject(given) ? Object.entries(given) : [];
  const offsets = new Map<number, number>();
  for (const [key, value] of entries) {
    const partition = asCount(key, MAX_PARTITION);
    const isNone = dialect === "v2" && (value === "-1" || value === -1);
    const offset = isNone ? -1 : asCount(value);
    if (partition !== null && offset !== null) offsets.set(partition, offset);
  }
  return { offsets, invalidEntries: entries.length - offsets.size };
}

/** `lastSequencesByThread`, and the older form of a single `threadId` with its `lastSequence`. */
function parseThreadResume(frame: JsonObject, options: StreamChoices): ControlFrame {
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
  return { type: "resume_threads", sequences, options, invalidEntries: given.length - sequences.size };
}
