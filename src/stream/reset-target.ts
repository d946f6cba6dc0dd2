// Where a group shall go on, as an operator writes it: an end of the log, a time, or an offset.

import { DashstreamError } from "../errors.ts";

export type ResetTarget =
  | { readonly kind: "latest" }
  | { readonly kind: "earliest" }
  /** The first record that is not older. */
  | { readonly kind: "time"; readonly timestampMs: number }
  | { readonly kind: "offset"; readonly offset: number };

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

const EXPECTED =
  "latest, earliest, an offset, how long ago (2h, 1h30m, 7d) or a time with its zone (2026-05-01T12:00:00Z)";

/** @throws DashstreamError `usage` */
export function parseResetTarget(text: string, nowMs: number): ResetTarget {
  if (text === "latest" || text === "earliest") return { kind: text };
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text)))
    return { kind: "offset", offset: Number(text) };
  if (DURATION.test(text)) return { kind: "time", timestampMs: Math.max(0, nowMs - durationMs(text)) };
  const timestampMs = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (timestampMs >= 0) return { kind: "time", timestampMs };
  throw new DashstreamError("usage", `--to is "${text}", expected ${EXPECTED}`);
}

function durationMs(text: string): number {
  return [...text.matchAll(DURATION_PART)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ""] ?? 0),
    0,
  );
}
