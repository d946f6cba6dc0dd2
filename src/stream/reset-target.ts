// Where a group shall go on, as an operator writes it: an end of the log, a time, or an offset.

import { DashstreamError } from "../errors.ts";
import { parseTime, TIME_FORMS } from "../runtime/time-text.ts";

export type ResetTarget =
  | { readonly kind: "latest" }
  | { readonly kind: "earliest" }
  /** The first record that is not older. */
  | { readonly kind: "time"; readonly timestampMs: number }
  | { readonly kind: "offset"; readonly offset: number };

const EXPECTED = `latest, earliest, an offset, ${TIME_FORMS}`;

/** @throws DashstreamError `usage` */
export function parseResetTarget(text: string, nowMs: number): ResetTarget {
  if (text === "latest" || text === "earliest") return { kind: text };
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text)))
    return { kind: "offset", offset: Number(text) };
  const timestampMs = parseTime(text, nowMs);
  if (timestampMs !== null) return { kind: "time", timestampMs };
  throw new DashstreamError("usage", `--to is "${text}", expected ${EXPECTED}`);
}
