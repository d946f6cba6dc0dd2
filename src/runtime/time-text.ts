// Points in time as people write them: how long ago, or a time that means the same on every machine. And as they read
// them.

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const DURATION = /^(?:\d{1,9}(?:ms|s|m|h|d|w))+$/;
const DURATION_PART = /(\d+)(ms|s|m|h|d|w)/g;
/** ISO 8601: a day (UTC), or a time with its zone, without which it would mean something else on each machine. */
const INSTANT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** What is understood; completes "expected ...". */
export const TIME_FORMS =
  "how long ago (2h, 1h30m, 7d) or a time with its zone (2026-05-01, 2026-05-01T12:00:00Z)";

/** Milliseconds since the Unix epoch, not negative; `null` if `text` is no time. */
export function parseTime(text: string, nowMs: number): number | null {
  if (DURATION.test(text)) return Math.max(0, nowMs - durationMs(text));
  const timestampMs = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return timestampMs >= 0 ? timestampMs : null;
}

/** The largest time that JavaScript can write, in milliseconds since the epoch (ECMA-262, 21.4.1.1). */
const MAX_TIME_MS = 8.64e15;

/** ISO 8601 in UTC with milliseconds, always of the same length; `null` for a time that cannot be written so. */
export function isoTime(timestampMs: number): string | null {
  return timestampMs >= 0 && timestampMs <= MAX_TIME_MS ? new Date(timestampMs).toISOString() : null;
}

function durationMs(text: string): number {
  return [...text.matchAll(DURATION_PART)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ""] ?? 0),
    0,
  );
}
