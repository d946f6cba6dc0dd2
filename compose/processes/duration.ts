// Durations as Go writes them (time.ParseDuration), which compose files and Docker's flags have: `10s`, `1h30m`.

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1, us: 0.001 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:h|ms|us|m|s))+$/;
const PART = /(\d+(?:\.\d+)?)(h|ms|us|m|s)/g;

/** Milliseconds; `null` if `text` is no duration. */
export function goDurationMs(text: string): number | null {
  if (!DURATION.test(text)) return null;
  return [...text.matchAll(PART)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ""] ?? 0),
    0,
  );
}
