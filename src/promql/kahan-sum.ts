// Summation that keeps the digits which plain addition loses, step by step as Prometheus does it, so that the last digits
// of sums and averages agree.

/** A running sum after Kahan, with Neumaier's improvement (`util/kahansum` of Prometheus). */
export class KahanSum {
  sum: number;
  /** What `sum` lacks. */
  compensation = 0;

  constructor(start = 0) {
    this.sum = start;
  }

  add(value: number): void {
    const total = this.sum + value;
    if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY) this.compensation = 0;
    else if (Math.abs(this.sum) >= Math.abs(value)) this.compensation += this.sum - total + value;
    else this.compensation += value - total + this.sum;
    this.sum = total;
  }

  scale(factor: number): void {
    this.sum *= factor;
    this.compensation *= factor;
  }

  get total(): number {
    return this.sum + this.compensation;
  }
}

/**
 * The mean of some values; it doesn't overflow where their sum does (`avg` and `avg_over_time` of Prometheus).
 * @param values one at least
 */
export function kahanMean(values: readonly number[]): number {
  const [first = Number.NaN, ...others] = values;
  const sum = new KahanSum(first);
  let count = 1;
  let isIncremental = false;
  for (const value of others) {
    count++;
    if (!isIncremental) {
      const { sum: before, compensation } = sum;
      sum.add(value);
      if (Math.abs(sum.sum) !== Number.POSITIVE_INFINITY) continue;
      // The sum left the range of numbers: from here on the mean itself is carried along.
      isIncremental = true;
      sum.sum = before / (count - 1);
      sum.compensation = compensation / (count - 1);
    }
    sum.scale((count - 1) / count);
    sum.add(value / count);
  }
  return isIncremental ? sum.total : sum.sum / count + sum.compensation / count;
}
