// Numbers read and written as Go does, because labels, templates and remarks of Prometheus hold what Go wrote.

import { readNumber } from "./syntax/literals.ts";

const DECIMAL = /^[+-]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([\da-fA-F_]*)(?:\.([\da-fA-F_]*))?[pP]([+-]?\d+)$/;
const INFINITY = /^([+-]?)inf(?:inity)?$/i;
const MISPLACED_UNDERSCORE = /__|_$|_[.eEpP]|[.+-]_|[eE]_/;
/** Exponents of ten between which `%g` writes none (`%e` with the shortest precision, `strconv/ftoa.go`). */
const MIN_PLAIN_EXPONENT = -4;
const MAX_PLAIN_EXPONENT = 5;

/** What `strconv.ParseFloat` makes of a text; `null` if it refuses it. */
export function parseGoFloat(text: string): number | null {
  if (/^nan$/i.test(text)) return Number.NaN;
  const infinity = INFINITY.exec(text);
  if (infinity) return infinity[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (text.includes("_") && MISPLACED_UNDERSCORE.test(text)) return null;
  const plain = text.replaceAll("_", "");
  const hexadecimal = HEXADECIMAL.exec(plain);
  if (hexadecimal) return hexadecimalFloat(hexadecimal);
  if (!DECIMAL.test(plain)) return null;
  const value = Number(plain);
  // A number beyond the range is an error there, not an infinity.
  return Number.isFinite(value) ? value : null;
}

function hexadecimalFloat([, sign, whole = "", fraction = "", exponent]: RegExpExecArray): number | null {
  if (whole + fraction === "") return null;
  const value = Number.parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  if (!Number.isFinite(value)) return null;
  return sign === "-" ? -value : value;
}

/** A number of PromQL with its sign: a whole one of any base (`0x1f`, `017`), else what `strconv.ParseFloat` takes. */
export function parseGoNumber(text: string): number | null {
  const isNegative = text.startsWith("-");
  const literal = readNumber(text.replace(/^[+-]/, ""));
  if ("problem" in literal) return parseGoFloat(text);
  return isNegative ? -literal.value : literal.value;
}

/** `%g` of Go's `fmt`, also what `%v` gives: the shortest text that reads back as the same number. */
export function formatG(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  // JavaScript writes no exponent in this range, as wanted here.
  if (exponent >= MIN_PLAIN_EXPONENT && exponent <= MAX_PLAIN_EXPONENT) return String(value);
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
