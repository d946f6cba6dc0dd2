// Text to tokens, with the errors of Prometheus for what is no token. A port of promql/parser/lex.go; the grammar package's
// own lexer is more lenient than Prometheus (it takes unterminated strings, for example) and knows fewer forms of numbers.

import { DashstreamError } from "../../errors.ts";
import { scanNumberOrDuration } from "./number-scanner.ts";
import { stringEnd } from "./string-scanner.ts";
import { syntaxError, unsupportedSyntax } from "./syntax-error.ts";
import { BINARY_SIGNS, KEYWORDS, type Token, type TokenKind } from "./token.ts";

const SPACE = /[ \t\n\r]/;
const NAME_START = /[A-Za-z_]/;
const NAME = /[A-Za-z0-9_]*/y;
const METRIC = /[A-Za-z0-9_:]*/y;
const LETTERS = /[A-Za-z_]*/y;
const COMMENT = /#[^\r\n]*/y;

/** Words that make up a duration inside of brackets. */
const DURATION_WORDS: ReadonlySet<string> = new Set(["step", "range", "max_of", "min_of"]);

export interface Tokens {
  /** Without comments and space; the last has the kind `eof`. */
  readonly list: readonly Token[];
  /**
   * What ended the reading too early, at the place of `eof`: `promql_invalid` or `promql_unsupported`. An error of grammar
   * before it counts more.
   */
  readonly problem: DashstreamError | null;
}

/** All tokens of an expression. */
export function tokenize(text: string): Tokens {
  return new Tokenizer(text).run();
}

class Tokenizer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #parenDepth = 0;
  #inBraces = false;
  #inBrackets = false;
  #hasColon = false;
  #hasDuration = false;
  #hasNumber = false;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Tokens {
    const problem = this.#read();
    this.#emit("eof", this.#at);
    return { list: this.#tokens, problem };
  }

  #read(): DashstreamError | null {
    try {
      while (this.#at < this.#text.length) this.#step();
      if (this.#inBraces) throw this.#error("unexpected end of input inside braces");
      if (this.#inBrackets) throw this.#error("unexpected end of input in duration expression");
      if (this.#parenDepth > 0) throw this.#error("unclosed left parenthesis");
      return null;
    } catch (error) {
      if (error instanceof DashstreamError) return error;
      throw error;
    }
  }

  #step(): void {
    const char = this.#text[this.#at] ?? "";
    if (SPACE.test(char)) this.#at++;
    else if (char === "#" && !this.#inBrackets) this.#at = this.#match(COMMENT);
    else if (this.#inBraces) this.#insideBraces(char);
    else if (this.#inBrackets) this.#insideBrackets(char);
    else this.#outside(char);
  }

  #insideBraces(char: string): void {
    const next = this.#text[this.#at + 1] ?? "";
    if (NAME_START.test(char)) this.#emit("identifier", this.#match(NAME));
    else if (isQuote(char)) this.#string();
    else if (char === ",") this.#emit(",", this.#at + 1);
    else if (char === "=") this.#sign(next === "~" ? "=~" : "=");
    else if (char === "!" && (next === "~" || next === "=")) this.#sign(`!${next}`);
    else if (char === "!") {
      throw this.#error(`unexpected character after '!' inside braces: ${charName(next)}`);
    } else if (char === "{") throw this.#error("unexpected left brace '{'");
    else if (char === "}") {
      this.#inBraces = false;
      this.#sign("}");
    } else throw this.#error(`unexpected character inside braces: ${charName(this.#symbol())}`);
  }

  #insideBrackets(char: string): void {
    if (this.#startsNumber(char)) {
      this.#hasDuration = true;
      this.#hasNumber = true;
      this.#number();
    } else if (char === "]") {
      this.#inBrackets = false;
      this.#sign("]");
    } else if (char === ":") this.#colon();
    else if (char === "(" || char === ")") this.#paren(char);
    else if ("+-*/%^,".includes(char)) this.#sign(char);
    else {
      const word = this.#text.slice(this.#at, this.#match(LETTERS)).toLowerCase();
      if (!DURATION_WORDS.has(word)) {
        throw this.#error(this.#unknownInBrackets());
      }
      this.#hasDuration = true;
      this.#emit(word, this.#at + word.length);
    }
  }

  #unknownInBrackets(): string {
    const symbol = this.#symbol();
    if (!this.#hasNumber) return `unexpected character in duration expression: ${charName(symbol)}`;
    return `unexpected character: ${charName(symbol)}${NAME_START.test(symbol) ? ", expected ':'" : ""}`;
  }

  #colon(): void {
    if (!this.#hasDuration) {
      throw this.#error("unexpected colon before duration in duration expression");
    }
    if (this.#hasColon) throw this.#error("unexpected repeated colon in duration expression");
    this.#hasColon = true;
    this.#sign(":");
  }

  #outside(char: string): void {
    if (NAME_START.test(char) || char === ":") this.#word();
    else if (this.#startsNumber(char)) this.#number();
    else if (isQuote(char)) this.#string();
    else if (char === "(" || char === ")") this.#paren(char);
    else if (char === "{") {
      this.#inBraces = true;
      this.#sign("{");
    } else if (char === "[") {
      this.#inBrackets = true;
      this.#hasColon = false;
      this.#hasDuration = false;
      this.#hasNumber = false;
      this.#sign("[");
    } else if (char === "]") throw this.#error("unexpected right bracket ']'");
    else this.#operator(char);
  }

  #operator(char: string): void {
    const next = this.#text[this.#at + 1] ?? "";
    const pair = char + next;
    if (pair === "=~") throw this.#error("unexpected character after '=': '~'");
    if (char === "!" && next !== "=") {
      throw this.#error(`unexpected character after '!': ${charName(next)}`);
    }
    if (BINARY_SIGNS.has(pair)) this.#sign(pair);
    else if (BINARY_SIGNS.has(char) || char === "," || char === "=") this.#sign(char);
    else throw this.#error(`unexpected character: ${charName(this.#symbol())}`);
  }

  #word(): void {
    const to = this.#match(METRIC);
    const word = this.#text.slice(this.#at, to);
    const keyword = word.toLowerCase();
    if (keyword === "inf" || keyword === "nan") this.#emit("number", to);
    else if (KEYWORDS.has(keyword) && !(keyword.startsWith("fill") && !this.#isCalled(to))) {
      this.#emit(keyword, to);
    } else this.#emit(word.includes(":") ? "metric-identifier" : "identifier", to);
  }

  /** `fill` is a word like any other unless a parenthesis follows. */
  #isCalled(after: number): boolean {
    return /^[ \t\n\r]*\(/.test(this.#text.slice(after));
  }

  #paren(char: string): void {
    this.#parenDepth += char === "(" ? 1 : -1;
    if (this.#parenDepth >= 0) return this.#sign(char);
    // Prometheus names the place after it.
    this.#at++;
    throw this.#error("unexpected right parenthesis ')'");
  }

  #startsNumber(char: string): boolean {
    return /[0-9]/.test(char) || (char === "." && /[0-9]/.test(this.#text[this.#at + 1] ?? ""));
  }

  #number(): void {
    const { kind, to } = scanNumberOrDuration(this.#text, this.#at);
    if (kind === "bad") {
      const read = JSON.stringify(this.#text.slice(this.#at, to));
      throw this.#error(`bad number or duration syntax: ${read}`);
    }
    this.#emit(kind, to);
  }

  #string(): void {
    const end = stringEnd(this.#text, this.#at);
    if ("problem" in end) throw this.#error(end.problem);
    this.#emit("string", end.to);
  }

  #sign(sign: string): void {
    this.#emit(sign, this.#at + sign.length);
  }

  #emit(kind: TokenKind, to: number): void {
    this.#tokens.push({ kind, text: this.#text.slice(this.#at, to), from: this.#at, to });
    this.#at = to;
  }

  #match(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    return this.#at + (pattern.exec(this.#text)?.[0].length ?? 0);
  }

  /** The whole character at the position, also if it takes two units. */
  #symbol(): string {
    return String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
  }

  /** Whether the character would go on with a name, or begin one, behind the feature flag for such names. */
  #isInName(): boolean {
    const symbol = this.#symbol();
    const last = this.#tokens.at(-1);
    if (symbol === ".") return last?.to === this.#at && NAME_START.test(last.text);
    return symbol > "\u007f" && /\p{L}/u.test(symbol);
  }

  #error(reason: string): DashstreamError {
    if (this.#isInName()) {
      const names = "unquoted names with letters of other scripts or dots";
      return unsupportedSyntax(this.#text, this.#at, `${names} are experimental and not supported`);
    }
    return syntaxError(this.#text, this.#at, reason);
  }
}

function isQuote(char: string): boolean {
  return char === '"' || char === "'" || char === "`";
}

function charName(char: string): string {
  return char === "" ? "end of input" : `'${char}'`;
}
