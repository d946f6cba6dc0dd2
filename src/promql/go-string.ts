// String literals of PromQL, which are those of Go, with single quotes allowed as well.

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};
/** Octal and `\x` name a byte, `\u` and `\U` a character. */
const NUMERIC_ESCAPE = /^(?:([0-3][0-7]{2})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/;
const STRING = /^(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)/;
const MAX_CODE_POINT = 0x10ffff;

/** The literal at the beginning of a text, with its quotes; `null` if there is none. */
export function leadingString(text: string): string | null {
  return STRING.exec(text)?.[0] ?? null;
}

/** What a literal stands for; `null` if it isn't one, or has an escape that Go doesn't know. */
export function unquoted(literal: string): string | null {
  if (leadingString(literal) !== literal || literal === "") return null;
  const inner = literal.slice(1, -1);
  if (literal.startsWith("`")) return inner;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (let at = 0; at < inner.length; ) {
    const character = String.fromCodePoint(inner.codePointAt(at) ?? 0);
    if (character !== "\\") {
      bytes.push(...encoder.encode(character));
      at += character.length;
      continue;
    }
    const escaped = readEscape(inner.slice(at + 1), literal[0] ?? "");
    if (escaped === null) return null;
    bytes.push(...(typeof escaped.value === "number" ? [escaped.value] : encoder.encode(escaped.value)));
    at += 1 + escaped.length;
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

/** What follows a backslash: a character, or a byte of one. */
function readEscape(
  text: string,
  quote: string,
): { readonly value: string | number; readonly length: number } | null {
  const letter = text[0] ?? "";
  const simple = letter === quote ? quote : SIMPLE_ESCAPES[letter];
  if (simple !== undefined) return { value: simple, length: 1 };
  const numeric = NUMERIC_ESCAPE.exec(text);
  if (!numeric) return null;
  const [{ length }, octal, byte, short, long] = numeric;
  if (octal !== undefined) return { value: Number.parseInt(octal, 8), length };
  if (byte !== undefined) return { value: Number.parseInt(byte, 16), length };
  const codePoint = Number.parseInt(short ?? long ?? "", 16);
  const isSurrogate = codePoint >= 0xd800 && codePoint < 0xe000;
  if (codePoint > MAX_CODE_POINT || isSurrogate) return null;
  return { value: String.fromCodePoint(codePoint), length };
}
