// What the server says besides records: text frames of JSON. Existing clients show every type they do not know as
// an event, so news goes into further keys of these types, never into new types.

import type { StreamFilter } from "../../wire/stream-filter.ts";
import type { LostRange } from "./loss.ts";
import type { ThreadGap } from "./thread-selection.ts";

export type LagSeverity = "info" | "warning" | "critical";

export const LAG_SEVERITIES: readonly LagSeverity[] = ["info", "warning", "critical"];

/** At least 100 lost records are critical, at least 10 a warning. */
export function lagSeverity(count: number): LagSeverity {
  if (count >= 100) return "critical";
  return count >= 10 ? "warning" : "info";
}

export type OffsetsByPartition = ReadonlyMap<number, number>;

export const PONG = JSON.stringify({ type: "pong" });

/** This connection did not get these records, and will not: it was too slow for them. */
export function liveGap(count: number, ranges: readonly LostRange[]): string {
  return gapOverRanges(count, ranges, `${count} records were skipped because this client was too slow`);
}

/** The same for records that a replay left out because it had reached its limit. */
export function cappedGap(count: number, ranges: readonly LostRange[], limit: number): string {
  return gapOverRanges(count, ranges, `${count} records were left out: a replay has at most ${limit}`);
}

function gapOverRanges(count: number, ranges: readonly LostRange[], message: string): string {
  return JSON.stringify({
    type: "gap",
    count,
    severity: lagSeverity(count),
    message,
    ranges: ranges.map(rangeKeys),
  });
}

/** The records after the requested cursor that are no longer, or not yet again, to be had here. */
export function replayGap(range: LostRange): string {
  return JSON.stringify({
    type: "gap",
    count: range.count,
    partition: range.partition,
    severity: "warning",
    message: `offsets ${range.fromOffset} to ${range.toOffset} of partition ${range.partition} are not in the replay buffer`,
    fromOffset: String(range.fromOffset),
    toOffset: String(range.toOffset),
  });
}

export function cursorStale(partition: number, requested: number, oldest: number): string {
  return JSON.stringify({
    type: "cursor_stale",
    partition,
    requested: String(requested),
    oldest: String(oldest),
    message: `partition ${partition}: the record after offset ${requested} is gone; the oldest to be had is ${oldest}`,
  });
}

/** The log ends before the cursor: it is not the log that the cursor was taken from. */
export function cursorBeyondEnd(partition: number, requested: number, oldest: number, end: number): string {
  return JSON.stringify({
    type: "cursor_stale",
    partition,
    requested: String(requested),
    oldest: String(oldest),
    logEndOffset: String(end),
    message: `partition ${partition} ends at offset ${end}, before the requested ${requested}: the topic was made anew; sending what there is`,
  });
}

/** Another record lies where the cursor's record lay: the log is not the one that the cursor was taken from. */
export function cursorOfOtherLog(partition: number, requested: number, oldest: number, end: number): string {
  return JSON.stringify({
    type: "cursor_stale",
    partition,
    requested: String(requested),
    oldest: String(oldest),
    logEndOffset: String(end),
    reason: "fingerprint",
    message: `partition ${partition}: another record lies at the cursor's offset: the topic was made anew; sending what there is`,
  });
}

/** The topic was made anew under a client that was sent, or asked for what comes after, `last` of the old log. */
export function logMadeAnew(partition: number, last: number, oldest: number, end: number): string {
  return JSON.stringify({
    type: "cursor_stale",
    partition,
    requested: String(last),
    oldest: String(oldest),
    logEndOffset: String(end),
    message: `partition ${partition}: the topic was made anew; offsets start over at ${oldest}`,
  });
}

export function replayCompleteLatest(lastOffsets: OffsetsByPartition): string {
  return JSON.stringify({
    type: "replay_complete",
    lastOffsetsByPartition: offsetKeys(lastOffsets),
    capped: false,
    totalReplayed: 0,
    mode: "latest",
  });
}

export function replayComplete(
  mode: "cursor" | "earliest",
  totalReplayed: number,
  lastOffsets: OffsetsByPartition,
  capped: boolean,
): string {
  return JSON.stringify({
    type: "replay_complete",
    totalReplayed,
    lastOffsetsByPartition: offsetKeys(lastOffsets),
    capped,
    mode,
  });
}

/** Names every partition that has data: a client replaces its cursors with these. */
export function cursorResetComplete(latestOffsets: OffsetsByPartition, bufferCleared: boolean): string {
  return JSON.stringify({
    type: "cursor_reset_complete",
    latestOffsetsByPartition: offsetKeys(latestOffsets),
    bufferCleared,
    truncated: false,
    totalPartitions: latestOffsets.size,
    message: bufferCleared
      ? "the replay buffer was cleared; cursors start at the latest offsets"
      : "cursors of this connection start at the latest offsets; the replay buffer of others is untouched",
  });
}

/** `cumulative_lag` repeats `lag_in_window` under the name that the existing browser client reads. */
export function disconnectSlow(lagInWindow: number, threshold: number, windowSecs: number): string {
  return JSON.stringify({
    type: "disconnect",
    reason: "backpressure",
    lag_in_window: lagInWindow,
    cumulative_lag: lagInWindow,
    threshold,
    window_secs: windowSecs,
    message: `this client lost ${lagInWindow} records within ${windowSecs} s (limit ${threshold}); reconnect to resume`,
  });
}

/** A resume by thread is done; `unknownThreads` are those that nothing is known of here. */
export function replayCompleteThread(totalReplayed: number, unknownThreads: readonly string[]): string {
  return JSON.stringify({
    type: "replay_complete",
    totalReplayed,
    mode: "thread",
    ...(unknownThreads.length > 0 && { unknownThreads }),
  });
}

/** Numbers of a thread that a resume asked for and that are not to be had. */
export function threadGap({ threadId, fromSequence, toSequence, count }: ThreadGap): string {
  return JSON.stringify({
    type: "gap",
    count,
    threadId,
    severity: "warning",
    message: `sequences ${fromSequence} to ${toSequence} of thread ${threadId} are not to be had`,
    fromSequence: String(fromSequence),
    toSequence: String(toSequence),
  });
}

/** Cursors that moved although the filter let nothing pass (second protocol only). */
export function progress(lastOffsets: OffsetsByPartition): string {
  return JSON.stringify({ type: "progress", lastOffsetsByPartition: offsetKeys(lastOffsets) });
}

/** The filter that holds for what comes after these offsets (second protocol only). */
export function filterSet(filter: StreamFilter, afterOffsets: OffsetsByPartition): string {
  return JSON.stringify({
    type: "filter_set",
    filter,
    afterOffsetsByPartition: offsetKeys(afterOffsets),
  });
}

export type ProtocolErrorCode =
  | "CONTROL_FRAME_TOO_LARGE"
  | "REPLAY_TIMEOUT"
  | "RESUME_TOO_MANY_PARTITIONS"
  | "RESUME_TOO_MANY_THREADS"
  | "INVALID_FILTER"
  | "INVALID_RESUME_OPTION"
  | "INVALID_ACK";

/** The connection ends after an error frame. */
export function protocolError(code: ProtocolErrorCode, message: string): string {
  return JSON.stringify({ type: "error", code, message });
}

function rangeKeys(range: LostRange): object {
  return {
    partition: range.partition,
    fromOffset: String(range.fromOffset),
    toOffset: String(range.toOffset),
    count: range.count,
  };
}

function offsetKeys(offsets: OffsetsByPartition): Readonly<Record<string, string>> {
  const sorted = [...offsets].sort(([a], [b]) => a - b);
  return Object.fromEntries(sorted.map(([partition, offset]) => [partition, String(offset)]));
}
