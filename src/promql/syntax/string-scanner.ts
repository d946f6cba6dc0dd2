// Where a quoted string ends, and whether its escapes are those of Prometheus (promql/parser/lex.go, lexString and lexEscape).

export type StringEnd = { readonly to: number } | { readonly problem: string };

const DIGITS: Readonly<Record<string, readonly [count: number, digit: RegExp]>> = {
  x: [2, /[0-9a-fA-F]/],
  u: [4, /[0-9a-fA-F]/],
  U: [8, /[0-9a-fA-F]/],
};
const OCTAL: readonly [number, RegExp] = [3, /[0-7]/];
/** What is put where bytes were no UTF-8, and halves of characters. */
const INVALID = /[\ufffd\p{Surrogate}]/u;
const INVALID_PROBLEM = "invalid UTF-8 rune";
const MAX_CODE_POINT = 0x10ffff;

/** @param from position of the opening quote */
export function stringEnd(text: string, from: number): StringEnd {
  const quote = text[from] ?? "";
  if (quote === "`") {
    const end = text.indexOf(quote, from + 1);
    if (end < 0) return { problem: "unterminated raw string" };
    return INVALID.test(text.slice(from, end)) ? { problem: INVALID_PROBLEM } : { to: end + 1 };
  }
  let at = from + 1;
  while (at < text.length && text[at] !== "\n") {
    if (text[at] === quote) return { to: at + 1 };
    if (INVALID.test(String.fromCodePoint(text.codePointAt(at) ?? 0))) return { problem: INVALID_PROBLEM };
    if (text[at] === "\\") {
      const escaped = escapeEnd(text, at + 1, quote);
      if ("problem" in escaped) return escaped;
      at = escaped.to;
    } else at++;
  }
  return { problem: "unterminated quoted string" };
}

function escapeEnd(text: string, at: number, quote: string): StringEnd {
  const char = text[at] ?? "";
  if (char === "") return { problem: "escape sequence not terminated" };
  if ("abfnrtv\\".includes(char) || char === quote) return { to: at + 1 };
  const isOctal = OCTAL[1].test(char);
  const form = isOctal ? OCTAL : DIGITS[char];
  if (form === undefined) return { problem: `unknown escape sequence ${unicodeName(text, at)}` };
  const first = isOctal ? at : at + 1;
  for (let i = first; i < first + form[0]; i++) {
    const digit = text[i] ?? "";
    if (digit === "") return { problem: "escape sequence not terminated" };
    if (!form[1].test(digit)) {
      return { problem: `illegal character ${unicodeName(text, i)} in escape sequence` };
    }
  }
  const code = Number.parseInt(text.slice(first, first + form[0]), isOctal ? 8 : 16);
  const limit = isOctal || char === "x" ? 0xff : MAX_CODE_POINT;
  if (code > limit || (code >= 0xd800 && code < 0xe000)) {
    return { problem: "escape sequence is an invalid Unicode code point" };
  }
  return { to: first + form[0] };
}

/** As Go's `%#U`: U+0071 'q'. */
function unicodeName(text: string, at: number): string {
  const code = text.codePointAt(at) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")} '${String.fromCodePoint(code)}'`;
}
