// One value under one verb of Go's fmt (fmt/format.go, fmt/print.go).

import { type FloatVerb, formatFloat } from "../../float-text.ts";
import type { FormatSpec } from "./format.ts";
import { quoted, quotedRune } from "./go-quote.ts";
import { type GoStruct, type GoValue, ownText, typeName } from "./value.ts";

const MAX_CODE_POINT = 0x10ffffn;

export function formatOne(value: GoValue, spec: FormatSpec): string {
  return format(value, spec, 0);
}

function has(spec: FormatSpec, flag: string): boolean {
  return spec.flags.includes(flag);
}

function format(value: GoValue, spec: FormatSpec, depth: number): string {
  if (spec.verb === "T" && depth === 0) return padded(truncated(typeName(value), spec), spec);
  if (value.kind === "nil") return spec.verb === "v" ? padded("<nil>", spec) : `%!${spec.verb}(<nil>)`;
  const own = "vsxXq".includes(spec.verb) ? ownText(value) : null;
  if (own !== null && !(spec.verb === "v" && has(spec, "#"))) return formatString(own, value, spec);
  switch (value.kind) {
    case "bool":
      return spec.verb === "t" || spec.verb === "v"
        ? padded(String(value.value), spec)
        : badVerb(value, spec);
    case "int":
      return formatInt(value.value, value, spec);
    case "float":
      return formatGoFloat(value.value, value, spec);
    case "string":
      return formatString(value.value, value, spec);
    case "map": {
      const isSyntax = spec.verb === "v" && has(spec, "#");
      const entries = [...value.entries].sort(([a], [b]) => (a < b ? -1 : 1));
      const texts = entries.map(([name, item]) => {
        const key = format({ kind: "string", value: name, type: "string" }, spec, depth + 1);
        return `${key}:${format(item, spec, depth + 1)}`;
      });
      return isSyntax ? `${value.type}{${texts.join(", ")}}` : `map[${texts.join(" ")}]`;
    }
    case "list":
      // Go writes where its samples lie in memory, which nobody can use.
      return `[${value.items.map(() => "0xc000000000").join(" ")}]`;
    case "struct":
      if (value.isPointer) return depth === 0 ? `&${formatStruct(value, spec, depth + 1)}` : "0xc000000000";
      return formatStruct(value, spec, depth);
    default:
      return formatInt(value.value, value, spec);
  }
}

function formatStruct({ type, fields }: GoStruct, spec: FormatSpec, depth: number): string {
  const isSyntax = spec.verb === "v" && has(spec, "#");
  const isNamed = spec.verb === "v" && (isSyntax || has(spec, "+"));
  const texts = Object.entries(fields).map(
    ([name, item]) => (isNamed ? `${name}:` : "") + format(item, spec, depth + 1),
  );
  return `${isSyntax ? type : ""}{${texts.join(isSyntax ? ", " : " ")}}`;
}

/** What Go writes between backquotes: no control characters but tabs. */
const RAW = /^(?:\t|[^\p{Cc}`\ufeff])*$/u;

function badVerb(value: GoValue, { verb }: FormatSpec): string {
  return `%!${verb}(${typeName(value)}=${formatOne(value, { verb: "v", flags: "", width: null, precision: null })})`;
}

function padded(text: string, spec: FormatSpec, mayZero = true): string {
  if (spec.width === null) return text;
  const count = spec.width - [...text].length;
  if (count <= 0) return text;
  if (has(spec, "-")) return text + " ".repeat(count);
  return (mayZero && has(spec, "0") ? "0" : " ").repeat(count) + text;
}

function truncated(text: string, { precision }: FormatSpec): string {
  return precision === null ? text : [...text].slice(0, precision).join("");
}

function formatString(text: string, value: GoValue, spec: FormatSpec): string {
  switch (spec.verb) {
    case "v":
      return has(spec, "#") ? formatQuoted(text, spec) : padded(truncated(text, spec), spec);
    case "s":
      return padded(truncated(text, spec), spec);
    case "q":
      return formatQuoted(text, spec);
    case "x":
    case "X":
      return formatHexBytes(text, spec);
    default:
      return badVerb(value, spec);
  }
}

function formatQuoted(text: string, spec: FormatSpec): string {
  const short = truncated(text, spec);
  const isRaw = has(spec, "#") && spec.verb === "q" && RAW.test(short);
  return padded(isRaw ? `\`${short}\`` : quoted(short, has(spec, "+")), spec);
}

function formatHexBytes(text: string, spec: FormatSpec): string {
  const bytes = [...new TextEncoder().encode(text)].slice(0, spec.precision ?? undefined);
  const prefix = has(spec, "#") ? "0x" : "";
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0"));
  const joined = has(spec, " ") ? hex.map((byte) => prefix + byte).join(" ") : prefix + hex.join("");
  const shown = bytes.length === 0 ? "" : joined;
  return padded(spec.verb === "X" ? shown.toUpperCase() : shown, spec);
}

const BASES: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

function formatInt(number: bigint, value: GoValue, spec: FormatSpec): string {
  const base = BASES[spec.verb];
  if (base !== undefined) return formatDigits(number, base, spec);
  const code = number < 0n || number > MAX_CODE_POINT ? 0xfffd : Number(number);
  const rune = String.fromCodePoint(code);
  if (spec.verb === "c") return padded(rune, spec);
  if (spec.verb === "q") return padded(quotedRune(rune, has(spec, "+")), spec);
  if (spec.verb !== "U") return badVerb(value, spec);
  const hex = BigInt.asUintN(64, number)
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(spec.precision ?? 0, 4), "0");
  return padded(`U+${hex}${has(spec, "#") ? ` '${rune}'` : ""}`, spec, false);
}

function formatDigits(number: bigint, base: number, spec: FormatSpec): string {
  const isNegative = number < 0n;
  let digits = (isNegative ? -number : number).toString(base);
  if (spec.verb === "X") digits = digits.toUpperCase();
  const sign = isNegative ? "-" : has(spec, "+") && spec.verb !== "v" ? "+" : has(spec, " ") ? " " : "";
  if (spec.precision !== null) {
    if (spec.precision === 0 && number === 0n) return " ".repeat(spec.width ?? 0);
    digits = digits.padStart(spec.precision, "0");
  } else if (has(spec, "0") && !has(spec, "-") && spec.width !== null) {
    digits = digits.padStart(spec.width - sign.length, "0");
  }
  if (has(spec, "#") && spec.verb !== "v") {
    if (base === 2) digits = `0b${digits}`;
    if (base === 8 && !digits.startsWith("0")) digits = `0${digits}`;
    if (base === 16) digits = (spec.verb === "X" ? "0X" : "0x") + digits;
  }
  if (spec.verb === "O") digits = `0o${digits}`;
  return padded(sign + digits, spec, false);
}

const FLOAT_VERBS: Readonly<Record<string, readonly [verb: FloatVerb, precision: number]>> = {
  v: ["g", -1],
  g: ["g", -1],
  G: ["G", -1],
  f: ["f", 6],
  F: ["f", 6],
  e: ["e", 6],
  E: ["E", 6],
};

function formatGoFloat(number: number, value: GoValue, spec: FormatSpec): string {
  const known = FLOAT_VERBS[spec.verb];
  if (!known) return "bxX".includes(spec.verb) ? formatBinaryFloat(number, spec) : badVerb(value, spec);
  const [verb, defaultPrecision] = known;
  const precision = spec.precision ?? defaultPrecision;
  // Under %v the flags + and # stand for other things.
  const hasPlus = has(spec, "+") && spec.verb !== "v";
  const text = formatFloat(number, verb, precision);
  const isSigned = /^[+-]/.test(text);
  let sign = isSigned ? text.charAt(0) : "+";
  let digits = isSigned ? text.slice(1) : text;
  if (has(spec, " ") && sign === "+" && !hasPlus) sign = " ";
  if (!Number.isFinite(number)) {
    const hasSign = hasPlus || has(spec, " ") || !Number.isNaN(number);
    const shown = Number.isNaN(number) && !hasSign ? digits : sign + digits;
    return padded(shown.startsWith("+") && !hasPlus && Number.isNaN(number) ? digits : shown, spec, false);
  }
  if (has(spec, "#") && spec.verb !== "v") digits = withPoint(digits, spec.verb, precision);
  if (!hasPlus && sign === "+") return padded(digits, spec);
  if (has(spec, "0") && !has(spec, "-") && spec.width !== null) {
    return sign + digits.padStart(spec.width - 1, "0");
  }
  return padded(sign + digits, spec);
}

/** `#` keeps the decimal point and, for %g, zeros at the end. */
function withPoint(text: string, verb: string, precision: number): string {
  const [mantissa = "", exponent] = text.split(/(?=[eE])/);
  const pointed = mantissa.includes(".") ? mantissa : `${mantissa}.`;
  const wanted = verb === "g" || verb === "G" ? (precision < 0 ? 6 : precision) : 0;
  const significant = pointed.replace(".", "").replace(/^0+(?=.)/, "").length;
  return pointed + "0".repeat(Math.max(wanted - significant, 0)) + (exponent ?? "");
}

/** `%x` and `%b` write the power of two. */
function formatBinaryFloat(number: number, spec: FormatSpec): string {
  if (!Number.isFinite(number)) return padded(formatFloat(number, "g", -1), spec, false);
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, number);
  const word = bits.getBigUint64(0);
  const sign = word >> 63n === 1n ? "-" : has(spec, "+") ? "+" : "";
  const biased = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const exponent = biased === 0 ? -1022 : biased - 1023;
  if (spec.verb === "b") {
    const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
    return padded(`${sign}${mantissa}p${exponent < 52 ? "-" : "+"}${Math.abs(exponent - 52)}`, spec);
  }
  return padded(sign + hexFloat(number, biased, fraction, exponent, spec), spec);
}

function hexFloat(
  number: number,
  biased: number,
  fraction: bigint,
  exponent: number,
  { verb, precision }: FormatSpec,
): string {
  let mantissa = number === 0 ? 0n : biased === 0 ? fraction : fraction | 0x10000000000000n;
  let power = number === 0 ? 0 : exponent;
  while (mantissa !== 0n && mantissa < 0x10000000000000n) {
    mantissa <<= 1n;
    power--;
  }
  if (precision !== null && precision < 13) {
    const shift = BigInt(52 - precision * 4);
    const rest = mantissa & ((1n << shift) - 1n);
    const half = 1n << (shift - 1n);
    mantissa >>= shift;
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa++;
    mantissa <<= shift;
    if (mantissa >= 0x20000000000000n) {
      mantissa >>= 1n;
      power++;
    }
  }
  const all = (mantissa & 0xfffffffffffffn).toString(16).padStart(13, "0");
  const digits = precision === null ? all.replace(/0+$/, "") : all.slice(0, precision).padEnd(precision, "0");
  const lead = mantissa >> 52n;
  const text = `0x${lead}${digits === "" ? "" : `.${digits}`}p${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  return verb === "X" ? text.toUpperCase() : text;
}
