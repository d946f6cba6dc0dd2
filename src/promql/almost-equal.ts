// When two numbers are the same for the purpose at hand: `util/almost` of Prometheus.

/** The smallest positive number of full precision. */
const MIN_NORMAL = 2 ** -1022;

/** Whether two numbers differ by less than their sum times `epsilon`, or are both NaN. */
export function almostEqual(a: number, b: number, epsilon: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true;
  if (a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < MIN_NORMAL) return difference < epsilon * MIN_NORMAL;
  return difference / Math.min(sum, Number.MAX_VALUE) < epsilon;
}
