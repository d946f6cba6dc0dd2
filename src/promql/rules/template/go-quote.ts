// Text in quotes as Go writes and reads it (strconv.Quote, strconv.Unquote).

import { readString } from "../../syntax/literals.ts";
import { stringEnd } from "../../syntax/string-scanner.ts";

const SHORT: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
};
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

function escaped(rune: string, quote: string, isAscii: boolean): string {
  if (rune === quote) return `\\${quote}`;
  const short = SHORT[rune];
  if (short !== undefined) return short;
  const code = rune.codePointAt(0) ?? 0;
  if (PRINTABLE.test(rune) && (!isAscii || code < 0x80)) return rune;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000
    ? `\\u${code.toString(16).padStart(4, "0")}`
    : `\\U${code.toString(16).padStart(8, "0")}`;
}

/** In double quotes. */
export function quoted(text: string, isAscii = false): string {
  return `"${[...text].map((rune) => escaped(rune, '"', isAscii)).join("")}"`;
}

/** One character, in single quotes. */
export function quotedRune(rune: string, isAscii = false): string {
  return `'${escaped(rune, "'", isAscii)}'`;
}

/** What a quoted string, raw string or character stands for; `null` if it is none. */
export function unquoted(text: string): string | null {
  const end = stringEnd(text, 0);
  return "problem" in end || end.to !== text.length ? null : readString(text);
}
