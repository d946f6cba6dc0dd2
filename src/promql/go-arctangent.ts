// The arctangent of Go, step by step, so that the last digits agree with those of Prometheus. Source: Go's `math/atan.go`
// and `math/atan2.go`, which follow the Cephes library.

const NUMERATOR = [
  -0.8750608600031904, -16.157537187333652, -75.00855792314705, -122.88666844901361, -64.85021904942025,
] as const;
const DENOMINATOR = [
  1, 24.858464901423062, 165.02700983169885, 432.88106049129027, 485.3903996359137, 194.5506571482614,
] as const;

/** What Math.PI / 2 lacks of the true value. */
const MORE_BITS = 6.123233995736766e-17;
/** tan(3 pi / 8) */
const LARGE = 2.414213562373095;
const SMALL = 0.66;

export function goAtan(x: number): number {
  if (x === 0 || Number.isNaN(x)) return x;
  return x > 0 ? ofPositive(x) : -ofPositive(-x);
}

/** The angle of the point (x, y). What is at an axis or infinitely far is the same everywhere. */
export function goAtan2(y: number, x: number): number {
  if (x === 0 || y === 0 || !Number.isFinite(x) || !Number.isFinite(y)) return Math.atan2(y, x);
  const angle = goAtan(y / x);
  if (x > 0) return angle;
  return angle <= 0 ? angle + Math.PI : angle - Math.PI;
}

function ofPositive(x: number): number {
  if (x <= SMALL) return ofSmall(x);
  if (x > LARGE) return Math.PI / 2 - ofSmall(1 / x) + MORE_BITS;
  return Math.PI / 4 + ofSmall((x - 1) / (x + 1)) + 0.5 * MORE_BITS;
}

function ofSmall(x: number): number {
  const square = x * x;
  const ratio = (square * polynomial(NUMERATOR, square)) / polynomial(DENOMINATOR, square);
  return x * ratio + x;
}

/** After Horner, highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
