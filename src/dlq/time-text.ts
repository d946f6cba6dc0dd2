// Points in time as people write them: an ISO date, or how long ago.

import { DashstreamError } from "../errors.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const DURATION = /^(?:\d{1,6}[smhdw])+$/;
const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?<zone>Z|[+-]\d{2}:?\d{2})?)?$/i;

export const TIME_FORMS =
  "an ISO date and time (UTC unless it names a zone) or an age such as 90s, 2h or 1d12h";

/** Milliseconds since the Unix epoch, or `null` if `text` is neither a date nor an age. */
export function parseTime(text: string, nowMs: number): number | null {
  if (DURATION.test(text)) return nowMs - durationMs(text);
  const match = ISO.exec(text);
  if (match === null) return null;
  const hasTime = text.length > "2026-01-01".length;
  const zoned = hasTime && match.groups?.zone === undefined ? `${text}Z` : text;
  const timeMs = Date.parse(zoned.replace(" ", "T"));
  return Number.isNaN(timeMs) ? null : timeMs;
}

/** @throws DashstreamError `usage` that names the flag */
export function requireTime(flag: string, text: string, nowMs: number): number {
  const timeMs = parseTime(text, nowMs);
  if (timeMs !== null) return timeMs;
  throw new DashstreamError("usage", `${flag} is "${text}", expected ${TIME_FORMS}`);
}

function durationMs(text: string): number {
  const parts = text.matchAll(/(\d+)([smhdw])/g);
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ""] ?? 0), 0);
}
