// Functions of Go's `math`, step by step, so that the last digits agree with those of Prometheus.

const TWO_63 = 2 ** 63;

/** x to the power of y. Source: `pow` in Go's `math/pow.go`. */
export function goPow(x: number, y: number): number {
  const special = specialCase(x, y);
  if (special !== null) return special;
  let whole = Math.trunc(Math.abs(y));
  let fraction = Math.abs(y) - whole;
  if (fraction !== 0 && x < 0) return Number.NaN;
  // A large even power, which leaves the range of numbers for all but -1.
  if (whole >= TWO_63) {
    if (x === -1) return 1;
    return Math.abs(x) < 1 === y > 0 ? 0 : Number.POSITIVE_INFINITY;
  }
  let mantissa = 1;
  if (fraction !== 0) {
    if (fraction > 0.5) {
      fraction--;
      whole++;
    }
    mantissa = Math.exp(fraction * Math.log(x));
  }
  const power = wholePower(x, whole, mantissa);
  return y < 0 ? ldexp(1 / power.mantissa, -power.exponent) : ldexp(power.mantissa, power.exponent);
}

function specialCase(x: number, y: number): number | null {
  if (y === 0 || x === 1) return 1;
  if (y === 1) return x;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (x === 0) return powerOfZero(x, y);
  if (!Number.isFinite(y)) {
    if (x === -1) return 1;
    return Math.abs(x) < 1 === y > 0 ? 0 : Number.POSITIVE_INFINITY;
  }
  if (x === Number.NEGATIVE_INFINITY) return powerOfZero(-0, -y);
  if (x === Number.POSITIVE_INFINITY) return y < 0 ? 0 : x;
  if (y === 0.5) return Math.sqrt(x);
  if (y === -0.5) return 1 / Math.sqrt(x);
  return null;
}

function powerOfZero(zero: number, y: number): number {
  const isNegative = Object.is(zero, -0) && Math.abs(y % 2) === 1;
  if (y < 0) return isNegative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return isNegative ? -0 : 0;
}

interface Scaled {
  readonly mantissa: number;
  readonly exponent: number;
}

/** By squaring, times `start`; powers of two are gathered in the exponent. */
function wholePower(x: number, power: number, start: number): Scaled {
  let { mantissa: square, exponent: squareExponent } = frexp(x);
  let mantissa = start;
  let exponent = 0;
  for (let rest = power; rest > 0; rest = Math.floor(rest / 2)) {
    if (Math.abs(squareExponent) > 4096) {
      exponent += squareExponent;
      break;
    }
    if (rest % 2 === 1) {
      mantissa *= square;
      exponent += squareExponent;
    }
    square *= square;
    squareExponent *= 2;
    if (square < 0.5) {
      square += square;
      squareExponent--;
    }
  }
  return { mantissa, exponent };
}

const bits = new DataView(new ArrayBuffer(8));

/** `x` as a mantissa in [0.5, 1) and a power of two. */
function frexp(x: number): Scaled {
  if (x === 0 || !Number.isFinite(x)) return { mantissa: x, exponent: 0 };
  const isSubnormal = Math.abs(x) < 2 ** -1022;
  bits.setFloat64(0, isSubnormal ? x * 2 ** 52 : x);
  const high = bits.getUint32(0);
  const exponent = ((high >>> 20) & 0x7ff) - 1022 - (isSubnormal ? 52 : 0);
  bits.setUint32(0, (high & ~(0x7ff << 20)) | (1022 << 20));
  return { mantissa: bits.getFloat64(0), exponent };
}

function ldexp(mantissa: number, exponent: number): number {
  // In two steps, as 2 ** 1100 is not a number and a result below 2 ** -1022 is rounded once only.
  const clamped = Math.max(-3000, Math.min(3000, exponent));
  const inner = frexp(mantissa);
  const total = inner.exponent + clamped;
  if (total > 1024) return mantissa * Number.POSITIVE_INFINITY;
  if (total < -1080) return mantissa * 0;
  return inner.mantissa * 2 ** Math.trunc(total / 2) * 2 ** (total - Math.trunc(total / 2));
}

/** The logarithm to base 2, exact for powers of two. Source: Go's `math/log10.go`. */
export function goLog2(x: number): number {
  const { mantissa, exponent } = frexp(x);
  return mantissa === 0.5 ? exponent - 1 : Math.log(mantissa) * Math.LOG2E + exponent;
}

/** From here on the smaller of the two exponentials does not count. */
const LARGE_HYPERBOLIC = 21;

/** The hyperbolic cosine, which leaves the range of numbers where `exp` does. Source: Go's `math/sinh.go`. */
export function goCosh(x: number): number {
  const size = Math.abs(x);
  return size > LARGE_HYPERBOLIC ? Math.exp(size) * 0.5 : Math.cosh(x);
}

/** The hyperbolic sine. Source: Go's `math/sinh.go`. */
export function goSinh(x: number): number {
  const size = Math.abs(x);
  return size > LARGE_HYPERBOLIC ? Math.sign(x) * Math.exp(size) * 0.5 : Math.sinh(x);
}
