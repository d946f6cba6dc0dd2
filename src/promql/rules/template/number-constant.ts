// Numbers in templates: what Go's parser takes for a constant, and which type it has when nothing asks for one.

import { parseGoFloat } from "../../go-number.ts";
import { quoted, unquoted } from "./go-quote.ts";
import type { NumberConstant } from "./node.ts";

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);
const INTEGER =
  /^([+-]?)(?:0[xX]_?([\da-fA-F][\da-fA-F_]*)|0[bB]_?([01][01_]*)|0[oO]?_?([0-7][0-7_]*)|(0|[1-9][\d_]*))$/;

/** The constant, or in words of Go why it is none. */
export function readNumber(text: string): NumberConstant | string {
  const int = readInt(text);
  if (int !== null) {
    if (int <= MAX_INT && int >= MIN_INT) return { int, float: Number(int), isFloat: false };
    return `integer overflow: ${quoted(text)}`;
  }
  if (text.endsWith("i")) return `complex numbers are not supported: ${text}`;
  const float = parseGoFloat(text);
  if (float === null) return `illegal number syntax: ${quoted(text)}`;
  // Go's words for a whole number that is not one, such as 08.
  if (!/[.eEpP]/.test(text)) return `integer overflow: ${quoted(text)}`;
  const isWhole = Number.isInteger(float) && Math.abs(float) < 2 ** 63;
  return { int: isWhole ? BigInt(float) : null, float, isFloat: true };
}

function readInt(text: string): bigint | null {
  const [, sign, hex, binary, octal, decimal] = INTEGER.exec(text) ?? [];
  if (sign === undefined || /__|_$/.test(text)) return null;
  const digits = (hex ?? binary ?? octal ?? decimal ?? "").replaceAll("_", "");
  const prefix = hex !== undefined ? "0x" : binary !== undefined ? "0b" : octal !== undefined ? "0o" : "";
  const value = BigInt(prefix + digits);
  return sign === "-" ? -value : value;
}

/** A character in single quotes is the number of its code point. */
export function readCharacter(text: string): NumberConstant | string {
  const character = unquoted(text);
  if (character === null || character === "") return "invalid syntax";
  const [rune = "", ...more] = [...character];
  if (rune === "" || more.length > 0) return `malformed character constant: ${text}`;
  const code = rune.codePointAt(0) ?? 0;
  return { int: BigInt(code), float: code, isFloat: false };
}
