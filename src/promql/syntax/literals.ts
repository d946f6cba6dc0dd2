// The values of literals: numbers in all forms, durations, and strings of the three kinds of quotes.

/** Also what may follow what: from large to small, each at most once. */
const UNIT_MS: Readonly<Record<string, number>> = {
  y: 365 * 86_400_000,
  w: 7 * 86_400_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};
const UNIT_ORDER = Object.keys(UNIT_MS);

/** Longest duration of Go, in milliseconds. */
const MAX_DURATION_MS = 2 ** 63 / 1e6;

/** A value, or what is wrong with the literal. */
export type Literal<T> = { readonly value: T } | { readonly problem: string };

/** As Go's `strconv.ParseInt(text, 0, 64)`, then `ParseFloat`: 010 is octal, 0x1F hexadecimal, 1_000 a thousand. */
export function readNumber(text: string): Literal<number> {
  const lower = text.toLowerCase();
  if (lower === "inf") return { value: Number.POSITIVE_INFINITY };
  if (lower === "nan") return { value: Number.NaN };
  const invalid = { problem: `error parsing number: strconv.ParseFloat: parsing "${text}": invalid syntax` };
  if (/^_|__|_$|_[^0-9a-fx]|[^0-9a-fx]_/.test(lower)) return invalid;
  const plain = lower.replaceAll("_", "");
  if (plain.startsWith("0x")) {
    const value = /^0x[0-9a-f]+$/.test(plain) ? BigInt(plain) : null;
    return value !== null && value < 2n ** 63n ? { value: Number(value) } : invalid;
  }
  if (/^0[0-7]+$/.test(plain) && BigInt(`0o${plain}`) < 2n ** 63n) {
    return { value: Number(BigInt(`0o${plain}`)) };
  }
  if (!/^([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/.test(plain)) return invalid;
  const value = Number(plain);
  if (Number.isFinite(value)) return { value };
  return { problem: `error parsing number: strconv.ParseFloat: parsing "${text}": value out of range` };
}

/** Seconds of a duration such as `1h30m`. */
export function readDuration(text: string): Literal<number> {
  let totalMs = 0;
  let lastUnit = -1;
  for (const [part, digits = "", unit = ""] of text.matchAll(/([0-9]*)([^0-9]*)/g)) {
    if (part === "") continue;
    const unitMs = UNIT_MS[unit];
    if (unitMs === undefined) return { problem: `unknown unit "${unit}" in duration "${text}"` };
    if (UNIT_ORDER.indexOf(unit) <= lastUnit) return { problem: `not a valid duration string: "${text}"` };
    lastUnit = UNIT_ORDER.indexOf(unit);
    totalMs += Number(digits) * unitMs;
    if (totalMs > MAX_DURATION_MS) return { problem: "duration out of range" };
  }
  return { value: totalMs / 1000 };
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gsu;

/**
 * The text between the quotes. The lexer has refused escapes that are not valid.
 *
 * `\x` and octal escapes are bytes, which may together be UTF-8.
 */
export function readString(literal: string): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith("`") || !inner.includes("\\")) return inner;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  let at = 0;
  for (const match of inner.matchAll(ESCAPE)) {
    const [whole, hex, short, long, octal, simple = ""] = match;
    bytes.push(...encoder.encode(inner.slice(at, match.index)));
    at = match.index + whole.length;
    const point = short ?? long;
    if (point !== undefined) {
      bytes.push(...encoder.encode(String.fromCodePoint(Number.parseInt(point, 16))));
    } else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else bytes.push(...encoder.encode(SIMPLE_ESCAPES[simple] ?? simple));
  }
  bytes.push(...encoder.encode(inner.slice(at)));
  return decoded(Uint8Array.from(bytes));
}

/** Bytes that are no UTF-8 become lone surrogates, so that the text is not well-formed and equals no other. */
function decoded(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    const character = utf8Character(bytes.subarray(at, at + length));
    text += character ?? String.fromCharCode(0xdc00 + byte);
    at += character === null ? 1 : length;
  }
  return text;
}

function utf8Character(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
