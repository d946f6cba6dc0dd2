// Durations as Prometheus writes them in rules: `90s` is `1m30s`, `500ms`, `1h`.

import { DashstreamError } from "../errors.ts";

const UNITS_MS: readonly (readonly [unit: string, ms: number])[] = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];
/** Units in falling order, each at most once, as Prometheus wants them. */
const DURATION = /^(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/;

/** Milliseconds; `null` if `text` is no duration such as `5m`, `1h30m` or `0s`. */
export function parseDurationMs(text: string): number | null {
  const match = DURATION.exec(text);
  if (match === null || text === "") return null;
  return UNITS_MS.reduce((sum, [, ms], index) => sum + Number(match[index + 1] ?? 0) * ms, 0);
}

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
