// What the server says in text frames, parsed and checked. Types this library does not know are passed on as they
// are, so that a newer server can say more.

import { DashstreamError } from "../errors.ts";
import { asCount, isJsonObject, wrongField } from "../wire/json-fields.ts";
import { parseStreamFilter, type StreamFilter } from "../wire/stream-filter.ts";

/** Offsets that were not and will not be delivered on this connection; both ends are included. */
export interface GapRange {
  readonly partition: number;
  readonly fromOffset: number;
  readonly toOffset: number;
  /** Records lost; less than the span of offsets where some were never meant for clients. */
  readonly count: number;
}

/** Records that this client does not get. */
export interface StreamGap {
  readonly count: number;
  readonly severity: string;
  readonly message: string;
  /** Where they were, as far as the server says. */
  readonly ranges: readonly GapRange[];
}

/** The log of a partition was made anew, and its offsets started over. What was remembered of it means nothing now. */
export interface StreamEpoch {
  readonly partition: number;
  /** `log_end`: it ends before the cursor. `fingerprint`: it has another value there than the one that was received. */
  readonly reason: "log_end" | "fingerprint";
  /** The last offset of the log before, as this client knew it; `null` if the server does not say. */
  readonly requested: number | null;
  /** The first offset of the new log that is to be had; `null` if the server does not say. */
  readonly oldest: number | null;
}

/** A filter that holds from here on: for what comes after these offsets. */
export interface FilterChange {
  readonly filter: StreamFilter;
  readonly afterOffsets: OffsetsByPartition;
}

/** A text frame that is neither a cursor nor a gap, as it came. */
export type ControlMessage = Readonly<Record<string, unknown>> & { readonly type: string };

export type ServerFrame =
  | { readonly type: "cursor"; readonly partition: number; readonly offset: number }
  | { readonly type: "gap"; readonly gap: StreamGap }
  /** The cursors stand at least here: a resume is done, or nothing matched a filter for a while. */
  | { readonly type: "position"; readonly lastOffsets: OffsetsByPartition; readonly message: ControlMessage }
  | { readonly type: "epoch"; readonly epoch: StreamEpoch; readonly message: ControlMessage }
  | { readonly type: "filter_set"; readonly change: FilterChange; readonly message: ControlMessage }
  /** What was asked for can never be had; asking again would not help. */
  | { readonly type: "refusal"; readonly reason: string; readonly message: ControlMessage }
  | { readonly type: "records"; readonly message: ControlMessage }
  | { readonly type: "pong" }
  | { readonly type: "control"; readonly message: ControlMessage };

/** The last offset by partition; -1 is before the first record. */
export type OffsetsByPartition = ReadonlyMap<number, number>;

type JsonObject = Readonly<Record<string, unknown>>;

const LASTING_ERRORS: readonly unknown[] = ["INVALID_FILTER", "INVALID_RESUME_OPTION"];

/** @throws DashstreamError `protocol_error` if the frame is not one that a server may send */
export function parseServerFrame(text: string): ServerFrame {
  const frame = parseObject(text);
  switch (frame.type) {
    case "cursor":
      return { type: "cursor", partition: count(frame, "partition"), offset: count(frame, "offset") };
    case "gap":
      return { type: "gap", gap: gapOf(frame) };
    case "pong":
      return { type: "pong" };
    case "records":
      return { type: "records", message: frame };
    case "replay_complete":
    case "progress":
      return { type: "position", lastOffsets: offsetsOf(frame.lastOffsetsByPartition), message: frame };
    case "cursor_stale":
      return staleFrame(frame);
    case "filter_set":
      return { type: "filter_set", change: filterChange(frame), message: frame };
    case "error":
      if (!LASTING_ERRORS.includes(frame.code)) return { type: "control", message: frame };
      return { type: "refusal", reason: `${frame.code}: ${frame.message}`, message: frame };
    default:
      return { type: "control", message: frame };
  }
}

function isMessage(value: unknown): value is ControlMessage {
  return isJsonObject(value) && typeof value.type === "string";
}

function parseObject(text: string): ControlMessage {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch (cause) {
    throw new DashstreamError("protocol_error", `text frame is not JSON: ${excerpt(text)}`, { cause });
  }
  if (isMessage(frame)) return frame;
  throw new DashstreamError("protocol_error", `text frame is not an object with a type: ${excerpt(text)}`);
}

function excerpt(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

/** @throws DashstreamError `protocol_error` if it is not a number or decimal text from 0 to 2^53-1 */
export function count(frame: JsonObject, key: string, what: string = String(frame.type)): number {
  const parsed = asCount(frame[key]);
  if (parsed !== null) return parsed;
  throw new DashstreamError(
    "protocol_error",
    wrongField(`${what}.${key}`, frame[key], "a number from 0 to 2^53-1"),
  );
}

function gapOf(frame: JsonObject): StreamGap {
  const ranges = Array.isArray(frame.ranges) ? frame.ranges.filter(isJsonObject) : [];
  const own = "fromOffset" in frame ? [frame] : [];
  return {
    count: count(frame, "count"),
    severity: String(frame.severity),
    message: String(frame.message),
    ranges: [...own, ...ranges].map((range) => ({
      partition: count(range, "partition", "gap"),
      fromOffset: count(range, "fromOffset", "gap"),
      toOffset: count(range, "toOffset", "gap"),
      count: count(range, "count", "gap"),
    })),
  };
}

/** Either a new log, or only records that are gone; a `gap` says which. */
function staleFrame(frame: ControlMessage): ServerFrame {
  const otherValue = frame.reason === "fingerprint";
  if (!otherValue && !("logEndOffset" in frame)) return { type: "control", message: frame };
  const epoch: StreamEpoch = {
    partition: count(frame, "partition"),
    reason: otherValue ? "fingerprint" : "log_end",
    requested: asCount(frame.requested),
    oldest: asCount(frame.oldest),
  };
  return { type: "epoch", epoch, message: frame };
}

function filterChange(frame: JsonObject): FilterChange {
  const parsed = parseStreamFilter(frame.filter);
  if (!parsed.ok) throw new DashstreamError("protocol_error", `filter_set: ${parsed.error}`);
  return { filter: parsed.filter, afterOffsets: offsetsOf(frame.afterOffsetsByPartition) };
}

function offsetsOf(value: unknown): OffsetsByPartition {
  const offsets = new Map<number, number>();
  if (!isJsonObject(value)) return offsets;
  for (const [key, offset] of Object.entries(value)) {
    const partition = asCount(key);
    const parsed = offset === "-1" || offset === -1 ? -1 : asCount(offset);
    if (partition !== null && parsed !== null) offsets.set(partition, parsed);
  }
  return offsets;
}
