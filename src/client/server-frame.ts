// What the server says in text frames, parsed and checked. Types this library does not know are passed on as they
// are, so that a newer server can say more.

import { DashstreamError } from "../errors.ts";

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

/** A text frame that is neither a cursor nor a gap, as it came. */
export type ControlMessage = Readonly<Record<string, unknown>> & { readonly type: string };

export type ServerFrame =
  | { readonly type: "cursor"; readonly partition: number; readonly offset: number }
  | { readonly type: "gap"; readonly gap: StreamGap }
  | {
      readonly type: "replay_complete";
      readonly lastOffsets: OffsetsByPartition;
      readonly message: ControlMessage;
    }
  /** The log of a partition ends before the cursor that was asked for: it was made anew. */
  | { readonly type: "new_log"; readonly partition: number; readonly message: ControlMessage }
  | { readonly type: "pong" }
  | { readonly type: "control"; readonly message: ControlMessage };

export type OffsetsByPartition = ReadonlyMap<number, number>;

type JsonObject = Readonly<Record<string, unknown>>;

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
    case "replay_complete":
      return {
        type: "replay_complete",
        lastOffsets: offsetsOf(frame.lastOffsetsByPartition),
        message: frame,
      };
    case "cursor_stale":
      if (!("logEndOffset" in frame)) return { type: "control", message: frame };
      return { type: "new_log", partition: count(frame, "partition"), message: frame };
    default:
      return { type: "control", message: frame };
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isMessage(value: unknown): value is ControlMessage {
  return isObject(value) && typeof value.type === "string";
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

/** A number or decimal text from 0 to 2^53-1. */
function asCount(value: unknown): number | null {
  const parsed = typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof parsed === "number" && Number.isSafeInteger(parsed) && parsed >= 0 ? parsed : null;
}

function count(frame: JsonObject, key: string): number {
  const parsed = asCount(frame[key]);
  if (parsed !== null) return parsed;
  const found = JSON.stringify(frame[key]) ?? "nothing";
  throw new DashstreamError(
    "protocol_error",
    `${frame.type}.${key} is ${found}, expected a number from 0 to 2^53-1`,
  );
}

function gapOf(frame: JsonObject): StreamGap {
  const ranges = Array.isArray(frame.ranges) ? frame.ranges.filter(isObject) : [];
  const own = "fromOffset" in frame ? [frame] : [];
  return {
    count: count(frame, "count"),
    severity: String(frame.severity),
    message: String(frame.message),
    ranges: [...own, ...ranges].map((range) => ({
      partition: count(range, "partition"),
      fromOffset: count(range, "fromOffset"),
      toOffset: count(range, "toOffset"),
      count: count(range, "count"),
    })),
  };
}

function offsetsOf(value: unknown): OffsetsByPartition {
  const offsets = new Map<number, number>();
  if (!isObject(value)) return offsets;
  for (const [key, offset] of Object.entries(value)) {
    const partition = asCount(key);
    const parsed = asCount(offset);
    if (partition !== null && parsed !== null) offsets.set(partition, parsed);
  }
  return offsets;
}
