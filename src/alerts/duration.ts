// Durations as rules write them: `1m30s`, `500ms`, `1h`. Reading them is PromQL's own part.

import { DashstreamError } from "../errors.ts";

const UNITS_MS: readonly (readonly [unit: string, ms: number])[] = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

/**
 * A whole number of milliseconds as a duration; 0 is `0s`.
 * @throws `invariant` if it is no whole number of milliseconds from 0
 */
export function durationText(durationMs: number): string {
  if (!Number.isSafeInteger(durationMs) || durationMs < 0) {
    throw new DashstreamError("invariant", `a duration is ${durationMs} ms, expected a whole number from 0`);
  }
  let left = durationMs;
  let text = "";
  for (const [unit, ms] of UNITS_MS) {
    const count = Math.floor(left / ms);
    if (count > 0) text += `${count}${unit}`;
    left -= count * ms;
  }
  return text === "" ? "0s" : text;
}
