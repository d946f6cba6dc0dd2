// Quantiles and fractions of a histogram that consists of cumulative counts, one series a bucket. Sources: `BucketQuantile`,
// `BucketFraction` and `ensureMonotonicAndIgnoreSmallDeltas` in `promql/quantile.go` of Prometheus.

import { almostEqual } from "../almost-equal.ts";

export interface Bucket {
  readonly upperBound: number;
  /** Of observations up to the bound. */
  readonly count: number;
}

export interface BucketQuantile {
  readonly value: number;
  /** Whether counts fell with rising bounds, which they cannot. */
  readonly isMended: boolean;
}

/** Counts that differ by less, relative to both, are taken as equal: such differences come from sums of floats. */
const SMALL_DIFFERENCE = 1e-12;

/** In order of their bounds, those with the same bound added up; `null` if the last one doesn't hold everything. */
function cumulative(buckets: readonly Bucket[]): readonly Bucket[] | null {
  const merged: Bucket[] = [];
  for (const bucket of [...buckets].sort((a, b) => a.upperBound - b.upperBound || 0)) {
    const last = merged.at(-1);
    if (last?.upperBound !== bucket.upperBound) merged.push(bucket);
    else merged[merged.length - 1] = { ...last, count: last.count + bucket.count };
  }
  return merged.at(-1)?.upperBound === Number.POSITIVE_INFINITY ? merged : null;
}

/** The buckets with counts that never fall. */
function monotonic(buckets: readonly Bucket[]): {
  readonly mended: readonly Bucket[];
  readonly isMended: boolean;
} {
  let isMended = false;
  let previous = buckets[0]?.count ?? 0;
  const mended = buckets.map((bucket) => {
    const { count, upperBound } = bucket;
    if (count === previous) return bucket;
    const isSmall = almostEqual(previous, count, SMALL_DIFFERENCE);
    if (isSmall || count < previous) {
      isMended ||= !isSmall;
      return { upperBound, count: previous };
    }
    previous = count;
    return bucket;
  });
  return { mended, isMended };
}

/** Value below which the share `q` of observations lies, taken as spread evenly within its bucket. */
function interpolatedQuantile(q: number, buckets: readonly Bucket[]): number {
  const observations = buckets.at(-1)?.count ?? 0;
  const beforeLast = buckets.at(-2);
  const [first] = buckets;
  if (!beforeLast || !first || observations === 0) return Number.NaN;
  const rank = q * observations;
  const index = buckets.findIndex(({ count }, at) => at === buckets.length - 1 || count >= rank);
  const bucket = buckets[index];
  // Above all bounds the highest of them is the best that is known.
  if (!bucket || index === buckets.length - 1) return beforeLast.upperBound;
  if (index === 0 && first.upperBound <= 0) return first.upperBound;
  const below = buckets[index - 1] ?? { upperBound: 0, count: 0 };
  const share = (rank - below.count) / (bucket.count - below.count);
  return below.upperBound + (bucket.upperBound - below.upperBound) * share;
}

/** `histogram_quantile` of one classic histogram. */
export function bucketQuantile(q: number, buckets: readonly Bucket[]): BucketQuantile {
  if (Number.isNaN(q)) return { value: Number.NaN, isMended: false };
  if (q < 0) return { value: Number.NEGATIVE_INFINITY, isMended: false };
  if (q > 1) return { value: Number.POSITIVE_INFINITY, isMended: false };
  const sorted = cumulative(buckets);
  if (sorted === null) return { value: Number.NaN, isMended: false };
  const { mended, isMended } = monotonic(sorted);
  return { value: interpolatedQuantile(q, mended), isMended };
}

/** Observations below a value, taken as spread evenly within their bucket. An infinite bucket adds nothing beyond its end. */
function rankOf(value: number, buckets: readonly Bucket[]): number {
  const total = buckets.at(-1)?.count ?? 0;
  let below = 0;
  // Where no bound is negative no observation is taken to be.
  let lowerBound = (buckets[0]?.upperBound ?? 0) <= 0 ? Number.NEGATIVE_INFINITY : 0;
  for (const { upperBound, count } of buckets) {
    if (lowerBound >= value) return Math.min(below, total);
    if (upperBound > value) {
      const inside =
        lowerBound === Number.NEGATIVE_INFINITY
          ? count
          : below + ((count - below) * (value - lowerBound)) / (upperBound - lowerBound);
      return Math.min(inside, total);
    }
    below = count;
    lowerBound = upperBound;
  }
  return total;
}

/** `histogram_fraction` of one classic histogram: the share of observations between two values. */
export function bucketFraction(lower: number, upper: number, buckets: readonly Bucket[]): number {
  const sorted = cumulative(buckets);
  const count = sorted?.at(-1)?.count ?? 0;
  if (sorted === null || count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  return (rankOf(upper, sorted) - rankOf(lower, sorted)) / count;
}
