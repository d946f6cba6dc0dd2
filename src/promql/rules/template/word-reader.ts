// The words of a template one after another, with a look ahead. At the last one it stands still.

import { DashstreamError } from "../../../errors.ts";
import { type Token, tokenize } from "./lexer.ts";

export class WordReader {
  readonly #tokens: readonly Token[];
  #next = 0;
  #furthest = 0;

  constructor(template: string) {
    this.#tokens = tokenize(template);
  }

  /** Line of the furthest word that was looked at, which is the one that messages name. */
  get line(): number {
    return this.#tokens[this.#furthest]?.line ?? 1;
  }

  /** Where `goBack` leads. */
  get place(): number {
    return this.#next;
  }

  goBack(place: number): void {
    this.#next = place;
  }

  peek(): Token {
    const token = this.#tokens[Math.min(this.#next, this.#tokens.length - 1)];
    if (!token) throw new DashstreamError("invariant", "a template without a last word");
    this.#furthest = Math.max(this.#furthest, Math.min(this.#next, this.#tokens.length - 1));
    return token;
  }

  take(): Token {
    const token = this.peek();
    if (token.kind !== "end-of-text" && token.kind !== "error") this.#next++;
    return token;
  }

  peekNonSpace(): Token {
    while (this.peek().kind === "space") this.#next++;
    return this.peek();
  }

  takeNonSpace(): Token {
    this.peekNonSpace();
    return this.take();
  }
}
