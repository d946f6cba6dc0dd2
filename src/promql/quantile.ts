// The quantile of some values, as `quantile` and `quantile_over_time` of Prometheus have it.

/**
 * Interpolates linearly between the two closest values; NaN counts as the smallest. Gives NaN for no values or `q` NaN,
 * and an infinity for `q` outside of 0 to 1. Source: `quantile` in `promql/quantile.go`.
 */
export function quantile(q: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const sorted = [...values].sort(nanFirst);
  const rank = q * (sorted.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(sorted.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  const lowerValue = sorted[lower] ?? Number.NaN;
  // An infinite neighbour must not count where it has no weight.
  if (weight === 0) return lowerValue;
  return lowerValue * (1 - weight) + (sorted[upper] ?? Number.NaN) * weight;
}

function nanFirst(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  if (Number.isNaN(b)) return 1;
  return a - b || 0;
}

/** The remark that Prometheus makes of a `q` which cannot be one; `null` if it can. */
export function quantileWarning(q: number, format: (value: number) => string): string | null {
  if (q >= 0 && q <= 1) return null;
  return `PromQL warning: quantile value should be between 0 and 1, got ${format(q)}`;
}
