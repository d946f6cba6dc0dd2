// What clients say: text frames of JSON, parsed into one closed set. Bad entries are skipped one by one and
// counted, because a client with one broken cursor still wants the others honoured.

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
      /** Last offset applied, by partition. */
      readonly offsets: ReadonlyMap<number, number>;
      /** Entries that were not a partition with an offset. */
      readonly invalidEntries: number;
    }
  | { readonly type: "resume_threads" }
  | { readonly type: "too_many_partitions"; readonly count: number }
  | { readonly type: "too_many_threads"; readonly count: number }
  | { readonly type: "unknown"; readonly name: string }
  | { readonly type: "malformed"; readonly reason: string };

type JsonObject = Readonly<Record<string, unknown>>;

export function parseControlFrame(text: string): ControlFrame {
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
      return parseResume(frame);
    default:
      return { type: "unknown", name: String(frame.type).slice(0, 64) };
  }
}

/** Partition mode if it is asked for, or if nothing is asked for and there are offsets; else thread mode. */
function parseResume(frame: JsonObject): ControlFrame {
  const explicit = frame.mode === "partition" || frame.mode === "thread";
  const byPartition = explicit
    ? frame.mode === "partition"
    : "lastOffsetsByPartition" in frame || !("lastSequencesByThread" in frame || "threadId" in frame);
  if (!byPartition) {
    const threads = isObject(frame.lastSequencesByThread)
      ? Object.keys(frame.lastSequencesByThread).length
      : 0;
    if (threads > MAX_RESUME_THREADS) return { type: "too_many_threads", count: threads };
    return { type: "resume_threads" };
  }
  const given = isObject(frame.lastOffsetsByPartition) ? Object.entries(frame.lastOffsetsByPartition) : [];
  if (given.length > MAX_RESUME_PARTITIONS) return { type: "too_many_partitions", count: given.length };
  const offsets = new Map<number, number>();
  let invalidEntries = 0;
  for (const [key, value] of given) {
    const partition = parseCount(key);
    const offset = parseCount(value);
    if (partition === null || partition > 0x7fff_ffff || offset === null) invalidEntries++;
    else offsets.set(partition, offset);
  }
  const from = frame.from === "latest" || frame.from === "earliest" ? frame.from : "cursor";
  return { type: "resume", from, offsets, invalidEntries };
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
