// The text of a YAML file, and where in it stands what: also for places inside a text of several lines, whose indentation,
// folding and escapes are gone from its value.

import { LineCounter, Scalar } from "yaml";
import type { FilePosition } from "../rule.ts";

/** Escapes in double quotes that stand for white space. */
const SPACE_ESCAPE = /^\\[ntr \t\n]/;

export class YamlSource {
  readonly file: string;
  readonly text: string;
  readonly lines = new LineCounter();

  constructor(text: string, file: string) {
    this.text = text;
    this.file = file;
  }

  /** Of an offset into the text. */
  positionAt(offset: number): FilePosition {
    const { line, col } = this.lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /**
   * Of a place inside a scalar's value.
   * YAML only changes white space and escapes, so the characters that are no white space are counted.
   * @param offset into the value
   */
  positionInside(scalar: Scalar, value: string, offset: number): FilePosition {
    const [start, end] = scalar.range ?? [0, 0];
    const before = value.slice(0, offset).replace(/\s/g, "").length;
    let left = before;
    let last = start;
    for (const [at, length] of this.#characters(scalar, start, end)) {
      if (left === 0) return this.positionAt(at);
      left--;
      last = at + length;
    }
    return this.positionAt(last);
  }

  /** Characters of a scalar that are no white space: place and length. */
  *#characters(scalar: Scalar, start: number, end: number): Generator<readonly [at: number, length: number]> {
    const isBlock = scalar.type === Scalar.BLOCK_FOLDED || scalar.type === Scalar.BLOCK_LITERAL;
    const isDouble = scalar.type === Scalar.QUOTE_DOUBLE;
    const isSingle = scalar.type === Scalar.QUOTE_SINGLE;
    const header = isBlock ? this.text.indexOf("\n", start) + 1 : start;
    const from = isDouble || isSingle ? start + 1 : header;
    const to = isDouble || isSingle ? end - 1 : end;
    for (let at = from; at < to; at++) {
      const length = (isDouble && this.text[at] === "\\") || (isSingle && this.text[at] === "'") ? 2 : 1;
      const character = this.text.slice(at, at + length);
      if (!/^\s$/.test(character) && !(isDouble && SPACE_ESCAPE.test(character))) yield [at, length];
      at += length - 1;
    }
  }
}
