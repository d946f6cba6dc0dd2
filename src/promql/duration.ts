// Durations as Prometheus writes them in rules and scripts: `1h30m`, largest unit first.

const UNIT_MS = {
  y: 31_536_000_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};
const DURATION =
  /^(?:(?<y>\d+)y)?(?:(?<w>\d+)w)?(?:(?<d>\d+)d)?(?:(?<h>\d+)h)?(?:(?<m>\d+)m)?(?:(?<s>\d+)s)?(?:(?<ms>\d+)ms)?$/;
/** Longest duration that Go can hold. */
const MAX_MS = 2 ** 63 / 1e6;

/** Milliseconds; `null` if the text is no duration (`model.ParseDuration` of Prometheus). `0` needs no unit. */
export function parsePromDuration(text: string): number | null {
  if (text === "0") return 0;
  const parts = text === "" ? undefined : DURATION.exec(text)?.groups;
  if (!parts) return null;
  const totalMs = Object.entries(UNIT_MS).reduce((sum, [unit, ms]) => sum + Number(parts[unit] ?? 0) * ms, 0);
  return totalMs < MAX_MS ? totalMs : null;
}
