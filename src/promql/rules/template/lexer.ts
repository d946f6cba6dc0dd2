// Words of a template, cut as Go's text/template cuts them (parse/lex.go), trim markers and comments included. A text
// that cannot be cut on ends with an `error`.

import { quoted } from "./go-quote.ts";

export type TokenKind =
  | "text"
  | "left"
  | "right"
  | "space"
  | "identifier"
  | "keyword"
  | "field"
  | "variable"
  | "bool"
  | "number"
  | "complex"
  | "character"
  | "string"
  | "assign"
  | "declare"
  | "pipe"
  | "open"
  | "close"
  | "mark"
  | "end-of-text"
  | "error";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset into the template. */
  readonly at: number;
  /** From 1. */
  readonly line: number;
}

const KEYWORDS: ReadonlySet<string> = new Set(
  "block break continue define else end if range nil template with".split(" "),
);
const WORD = /[\p{L}\p{Nd}_]/u;
const WORDS = /[\p{L}\p{Nd}_]*/uy;
const SPACES = /[ \t\r\n]*/y;
const NUMBER =
  /[+-]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?)i?/y;

/** As an error message of Go names a word. */
export function tokenName({ kind, text }: Token): string {
  if (kind === "end-of-text") return "EOF";
  if (kind === "error") return text;
  if (kind === "keyword" || text === ".") return `<${text}>`;
  const runes = [...text];
  return text.length > 10 ? `${quoted(runes.slice(0, 10).join(""))}...` : quoted(text);
}

/** All words; the last one is `end-of-text` or `error`. */
export function tokenize(template: string): readonly Token[] {
  return new Lexer(template).run();
}

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  /** Start of the word being read, and its line. */
  #start = 0;
  #startLine = 1;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): readonly Token[] {
    while (this.#readText() && this.#readAction()) {
      // One stretch of text and the action behind it at a time.
    }
    return this.#tokens;
  }

  /** Text up to the next action. False at the end. */
  #readText(): boolean {
    const open = this.#text.indexOf("{{", this.#at);
    const end = open < 0 ? this.#text.length : open;
    const isTrimmed = open >= 0 && /^-[ \t\r\n]/.test(this.#text.slice(open + 2, open + 4));
    const text = this.#text.slice(this.#at, end);
    const kept = isTrimmed ? text.replace(/[ \t\r\n]+$/, "") : text;
    this.#at += kept.length;
    if (kept !== "") this.#emit("text");
    this.#at = end;
    this.#skip();
    if (open < 0) this.#emit("end-of-text");
    return open >= 0;
  }

  /** From `{{` to behind `}}`. False after an error. */
  #readAction(): boolean {
    const marker = /^-[ \t\r\n]/.test(this.#text.slice(this.#at + 2, this.#at + 4)) ? 2 : 0;
    if (this.#text.startsWith("/*", this.#at + 2 + marker)) return this.#readComment(2 + marker);
    this.#at += 2;
    this.#emit("left");
    this.#at += marker;
    this.#skip();
    this.#depth = 0;
    for (;;) {
      const closing = this.#closing();
      if (closing !== null) {
        if (this.#depth > 0) return this.#fail("unclosed left paren");
        this.#close(closing);
        return true;
      }
      if (!this.#readWord()) return false;
    }
  }

  #readComment(opening: number): boolean {
    this.#at += opening;
    this.#skip();
    const end = this.#text.indexOf("*/", this.#at + 2);
    if (end < 0) return this.#fail("unclosed comment");
    this.#at = end + 2;
    const closing = this.#closing();
    if (closing === null) return this.#fail("comment ends before closing delimiter");
    this.#skip();
    this.#close(closing, false);
    return true;
  }

  /** `}}` here, possibly with a trim marker; its length before the braces. */
  #closing(): { readonly marker: number } | null {
    if (/^[ \t\r\n]-\}\}/.test(this.#text.slice(this.#at, this.#at + 4))) return { marker: 2 };
    return this.#text.startsWith("}}", this.#at) ? { marker: 0 } : null;
  }

  #close({ marker }: { readonly marker: number }, isEmitted = true): void {
    this.#at += marker;
    this.#skip();
    this.#at += 2;
    if (isEmitted) this.#emit("right");
    else this.#skip();
    if (marker > 0) {
      this.#match(SPACES);
      this.#skip();
    }
  }

  #readWord(): boolean {
    const first = this.#text.charAt(this.#at);
    if (first === "") return this.#fail("unclosed action");
    if (/[ \t\r\n]/.test(first)) return this.#readSpace();
    if (first === "=") return this.#one("assign");
    if (first === "|") return this.#one("pipe");
    if (first === ":") {
      if (this.#text.charAt(this.#at + 1) !== "=") return this.#fail("expected :=");
      this.#at += 2;
      return this.#emit("declare");
    }
    if (first === '"' || first === "'" || first === "`") return this.#readQuoted(first);
    if (first === "$") return this.#readName("variable");
    if (first === "." && !/\d/.test(this.#text.charAt(this.#at + 1))) return this.#readName("field");
    if (/[.+\-\d]/.test(first)) return this.#readNumber();
    const rune = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    if (WORD.test(rune)) return this.#readIdentifier();
    return this.#readMark(rune);
  }

  #readMark(rune: string): boolean {
    if (rune === "(") {
      this.#depth++;
      return this.#one("open");
    }
    if (rune === ")") {
      if (--this.#depth < 0) return this.#fail("unexpected right paren");
      return this.#one("close");
    }
    if (rune > " " && rune < "\u007f") return this.#one("mark");
    return this.#fail(`unrecognized character in action: ${unicodeName(rune)}`);
  }

  #readSpace(): boolean {
    this.#match(SPACES);
    // The last space may belong to a trim marker.
    if (this.#text.startsWith("-}}", this.#at)) this.#at--;
    if (this.#at > this.#start) this.#emit("space");
    return true;
  }

  #readIdentifier(): boolean {
    this.#match(WORDS);
    if (!this.#isTerminated()) return this.#fail(`bad character ${this.#nextName()}`);
    const word = this.#text.slice(this.#start, this.#at);
    if (KEYWORDS.has(word)) return this.#emit("keyword");
    return this.#emit(word === "true" || word === "false" ? "bool" : "identifier");
  }

  /** `.Field`, `$name`, or only the sign. */
  #readName(kind: "field" | "variable"): boolean {
    this.#at++;
    if (this.#isTerminated()) return this.#emit(kind === "field" ? "keyword" : kind);
    this.#match(WORDS);
    if (!this.#isTerminated()) return this.#fail(`bad character ${this.#nextName()}`);
    return this.#emit(kind);
  }

  #readNumber(): boolean {
    this.#match(NUMBER);
    if (WORD.test(this.#text.charAt(this.#at))) {
      this.#at++;
      return this.#fail(`bad number syntax: ${quoted(this.#text.slice(this.#start, this.#at))}`);
    }
    if (!/[+-]/.test(this.#text.charAt(this.#at))) return this.#emit("number");
    this.#match(NUMBER);
    if (this.#text.charAt(this.#at - 1) !== "i") {
      return this.#fail(`bad number syntax: ${quoted(this.#text.slice(this.#start, this.#at))}`);
    }
    return this.#emit("complex");
  }

  #readQuoted(quote: string): boolean {
    const isRaw = quote === "`";
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at);
      if (character === quote) {
        this.#at++;
        return this.#emit(quote === "'" ? "character" : "string");
      }
      if (isRaw) continue;
      if (character === "\n") break;
      if (character === "\\" && /^[^\n]/.test(this.#text.charAt(this.#at + 1))) this.#at++;
    }
    if (quote === "'") return this.#fail("unterminated character constant");
    return this.#fail(isRaw ? "unterminated raw quoted string" : "unterminated quoted string");
  }

  #isTerminated(): boolean {
    const next = this.#text.charAt(this.#at);
    return next === "" || /[ \t\r\n.,|:)(]/.test(next) || this.#text.startsWith("}}", this.#at);
  }

  #nextName(): string {
    return unicodeName(String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0));
  }

  #match(pattern: RegExp): void {
    pattern.lastIndex = this.#at;
    this.#at += pattern.exec(this.#text)?.[0].length ?? 0;
  }

  #one(kind: TokenKind): boolean {
    this.#at++;
    return this.#emit(kind);
  }

  #emit(kind: TokenKind): true {
    const text = this.#text.slice(this.#start, this.#at);
    this.#tokens.push({ kind, text, at: this.#start, line: this.#startLine });
    this.#skip();
    return true;
  }

  /** What was passed is part of no word. */
  #skip(): void {
    this.#line += this.#text.slice(this.#start, this.#at).split("\n").length - 1;
    this.#start = this.#at;
    this.#startLine = this.#line;
  }

  #fail(reason: string): false {
    this.#tokens.push({ kind: "error", text: reason, at: this.#start, line: this.#startLine });
    return false;
  }
}

/** `%#U` of Go. */
function unicodeName(rune: string): string {
  const code = rune.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase().padStart(4, "0");
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(rune) ? `U+${hex} '${rune}'` : `U+${hex}`;
}
