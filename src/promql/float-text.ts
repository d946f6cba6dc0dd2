// Numbers as Go writes them (strconv.FormatFloat), digit for digit: Prometheus writes bucket borders, annotations and
// results this way. Rounding is of the exact binary value, half to even.

export type FloatVerb = "e" | "E" | "f" | "g" | "G";

/** `digits` without zeros at the end; the value is 0.digits times ten to the power of `point`. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

const ZERO: Decimal = { digits: "", point: 0 };

/**
 * @param precision digits after the point for `e` and `f`, digits in all for `g`; -1 = as many as tell the value apart
 */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const isShortest = precision < 0;
  const whole = isShortest ? shortestDecimal(Math.abs(value)) : exactDecimal(Math.abs(value));
  switch (verb) {
    case "e":
    case "E": {
      const decimal = isShortest ? whole : rounded(whole, precision + 1);
      return (
        sign + withExponent(decimal, isShortest ? Math.max(decimal.digits.length - 1, 0) : precision, verb)
      );
    }
    case "f": {
      const decimal = isShortest ? whole : rounded(whole, whole.point + precision);
      return sign + withoutExponent(decimal, isShortest ? fractionDigits(decimal) : precision);
    }
    case "g":
    case "G":
      return sign + general(whole, precision, verb);
  }
}

function general(whole: Decimal, precision: number, verb: "g" | "G"): string {
  const isShortest = precision < 0;
  const wanted = Math.max(precision, 1);
  const decimal = isShortest ? whole : rounded(whole, wanted);
  const count = decimal.digits.length;
  // From this exponent on Go changes to the form with an exponent (strconv/ftoa.go).
  const limit = isShortest ? 6 : wanted;
  const exponent = decimal.point - 1;
  if (exponent < -4 || exponent >= limit) {
    const digits = isShortest ? count : Math.min(wanted, count);
    return withExponent(decimal, Math.max(digits - 1, 0), verb === "g" ? "e" : "E");
  }
  return withoutExponent(decimal, fractionDigits(decimal));
}

function fractionDigits({ digits, point }: Decimal): number {
  return Math.max(digits.length - point, 0);
}

function withExponent({ digits, point }: Decimal, precision: number, letter: "e" | "E"): string {
  const exponent = digits === "" ? 0 : point - 1;
  const padded = digits.padEnd(precision + 1, "0");
  const fraction = precision > 0 ? `.${padded.slice(1, precision + 1)}` : "";
  const power = Math.abs(exponent).toString().padStart(2, "0");
  return `${padded.charAt(0)}${fraction}${letter}${exponent < 0 ? "-" : "+"}${power}`;
}

function withoutExponent({ digits, point }: Decimal, precision: number): string {
  const integer = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  if (precision === 0) return integer;
  const zeros = "0".repeat(Math.min(Math.max(-point, 0), precision));
  const fraction = zeros + digits.slice(Math.max(point, 0));
  return `${integer}.${fraction.slice(0, precision).padEnd(precision, "0")}`;
}

function trimmed(digits: string, point: number): Decimal {
  const kept = digits.replace(/0+$/, "");
  return kept === "" ? ZERO : { digits: kept, point };
}

function shortestDecimal(value: number): Decimal {
  if (value === 0) return ZERO;
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  return trimmed(mantissa.replace(".", ""), Number(exponent) + 1);
}

const bits = new DataView(new ArrayBuffer(8));

/** All digits of the binary value; a double has a finite decimal expansion. */
function exactDecimal(value: number): Decimal {
  if (value === 0) return ZERO;
  bits.setFloat64(0, value);
  const word = bits.getBigUint64(0);
  const biased = Number(word >> 52n) & 0x7ff;
  const fraction = word & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const power = (biased === 0 ? 1 : biased) - 1075;
  if (power >= 0) {
    const digits = (mantissa << BigInt(power)).toString();
    return trimmed(digits, digits.length);
  }
  const digits = (mantissa * 5n ** BigInt(-power)).toString();
  return trimmed(digits, digits.length + power);
}

/** The first `count` digits, rounded half to even. */
function rounded({ digits, point }: Decimal, count: number): Decimal {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return ZERO;
  const kept = digits.slice(0, count);
  const next = digits.charAt(count);
  const isHalf = next === "5" && digits.length === count + 1;
  const isOdd = count > 0 && Number(kept.charAt(count - 1)) % 2 === 1;
  if (next < "5" || (isHalf && !isOdd)) return trimmed(kept, point);
  const raised = (BigInt(kept === "" ? "0" : kept) + 1n).toString().padStart(count, "0");
  return trimmed(raised, point + raised.length - count);
}
