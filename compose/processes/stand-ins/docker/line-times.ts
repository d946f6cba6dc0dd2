// When a line of a log was written. An engine notes the time of each line; here it is read from the line, as every program
// of the stack writes it.

import { goDurationMs } from "../../duration.ts";
import { ToolFailure } from "../tool-failure.ts";

/** RFC 3339 in JSON, in key=value lines, at the beginning; with a blank and a comma as Java writes it, in local time. */
const ISO = /\b(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:\d\d)?/;
/** Redis: `26 Nov 2026 05:10:00.123`. */
const REDIS = /\b(\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3})\b/;
/** Jaeger: seconds with a fraction in JSON. */
const UNIX = /"ts":(\d{10}(?:\.\d+)?)/;

/** Unix milliseconds; `null` if the line has no time. */
export function timeOf(line: string): number | null {
  const unix = UNIX.exec(line)?.[1];
  if (unix !== undefined) return Number(unix) * 1000;
  const redis = REDIS.exec(line)?.[1];
  if (redis !== undefined) return Date.parse(`${redis} UTC`);
  const iso = ISO.exec(line);
  if (iso === null) return null;
  const [, day, time, fraction = "0", zone = ""] = iso;
  return Date.parse(`${day}T${time}.${fraction.slice(0, 3).padEnd(3, "0")}${zone}`);
}

/** The lines from a time on. A line without a time belongs to the one before it. */
export function linesSince(lines: readonly string[], sinceMs: number): readonly string[] {
  const first = lines.findIndex((line) => (timeOf(line) ?? 0) >= sinceMs);
  return first < 0 ? [] : lines.slice(first);
}

/** `--since`: how long ago (`10m`, `1h30m`), a time, or Unix seconds. @throws ToolFailure */
export function readSince(text: string, nowMs: number): number {
  const agoMs = goDurationMs(text);
  if (agoMs !== null) return nowMs - agoMs;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const time = timeOf(text) ?? Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new ToolFailure(`invalid value for "since": failed to parse value as time or duration: "${text}"`, 1);
}
