// Finds where answers of Redis begin and end in a stream of bytes, in both versions of its protocol, without putting them
// together: each piece goes on as it came.

import { DashstreamError } from "../../../src/errors.ts";

/** A piece of one answer. */
export interface ReplyPiece {
  readonly bytes: Buffer;
  /** Whether the answer is complete with it. */
  readonly isLast: boolean;
  /** Whether nobody asked for it: a message of the third version that is out of order. */
  readonly isPush: boolean;
}

const LF = 0x0a;
/** A sign and digits. */
const MAX_NUMBER_CHARS = 20;
/** No answer of Redis comes near it. */
const MAX_DEPTH = 1_000;

/** Values that are one line. */
const LINES = new Set([..."+-:,#_("]);
/** A length and so many bytes. */
const BULKS = new Set([..."$!="]);
/** A number and so many values. */
const LISTS = new Set([..."*~>"]);
/** A number and so many names with values; `|` says something of the value that follows it. */
const MAPS = new Set([..."%|"]);

const TYPES = [...LINES, ...BULKS, ...LISTS, ...MAPS];

interface Open {
  /** Values that are to come. */
  left: number;
  readonly isAttribute: boolean;
}

export class ReplyScanner {
  readonly #open: Open[] = [];
  /** Bytes of a bulk that are to come, with the line end behind it. */
  #skip = 0;
  /** Of the line that is being read: its first character, and its digits. */
  #type = "";
  #digits = "";
  #isPush = false;
  /** Where the last step ended in the chunk. */
  #at = 0;

  /** @throws DashstreamError `protocol_error` for what Redis does not send */
  push(chunk: Buffer, onPiece: (piece: ReplyPiece) => void): void {
    let from = 0;
    for (let at = 0; at < chunk.length; ) {
      const isValue = this.#skip > 0 ? this.#skipBulk(chunk, at) : this.#readLine(chunk, at);
      at = this.#at;
      if (isValue && this.#valueEnds()) {
        onPiece({ bytes: chunk.subarray(from, at), isLast: true, isPush: this.#isPush });
        this.#isPush = false;
        from = at;
      }
    }
    if (from < chunk.length) {
      onPiece({ bytes: chunk.subarray(from), isLast: false, isPush: this.#isPush });
    }
  }

  #skipBulk(chunk: Buffer, at: number): boolean {
    const count = Math.min(this.#skip, chunk.length - at);
    this.#skip -= count;
    this.#at = at + count;
    return this.#skip === 0;
  }

  /** Whether a value ends with the line. */
  #readLine(chunk: Buffer, at: number): boolean {
    let from = at;
    if (this.#type === "") {
      this.#type = String.fromCharCode(chunk[at] ?? 0);
      if (this.#type === ">" && this.#open.length === 0) this.#isPush = true;
      from++;
    }
    const end = chunk.indexOf(LF, from);
    this.#at = end < 0 ? chunk.length : end + 1;
    if (!LINES.has(this.#type)) this.#takeDigits(chunk.toString("latin1", from, this.#at));
    if (end < 0) return false;
    const type = this.#type;
    const digits = this.#digits;
    this.#type = "";
    this.#digits = "";
    return LINES.has(type) || this.#opens(type, Number(digits.trimEnd()));
  }

  #takeDigits(text: string): void {
    this.#digits += text;
    const { length } = this.#digits;
    if (length > MAX_NUMBER_CHARS || !/^-?\d*\r?\n?$/.test(this.#digits)) {
      const found = JSON.stringify(`${this.#type}${this.#digits.slice(0, MAX_NUMBER_CHARS)}`);
      throw new DashstreamError(
        "protocol_error",
        `an answer of Redis begins with ${found}, expected a type and a number`,
      );
    }
  }

  /** Whether what was opened is complete already. */
  #opens(type: string, count: number): boolean {
    if (BULKS.has(type)) {
      this.#skip = count < 0 ? 0 : count + 2;
      return count < 0;
    }
    const isAttribute = type === "|";
    const left = MAPS.has(type) ? count * 2 : count;
    if (!LISTS.has(type) && !MAPS.has(type)) {
      throw new DashstreamError(
        "protocol_error",
        `an answer of Redis begins with ${JSON.stringify(type)}, expected one of ${TYPES.join(" ")}`,
      );
    }
    if (left <= 0) return !isAttribute;
    if (this.#open.length === MAX_DEPTH) {
      throw new DashstreamError(
        "protocol_error",
        `an answer of Redis is nested more than ${MAX_DEPTH} times`,
      );
    }
    this.#open.push({ left, isAttribute });
    return false;
  }

  /** A value has ended: whether an answer ends with it. */
  #valueEnds(): boolean {
    for (let open = this.#open.at(-1); open !== undefined; open = this.#open.at(-1)) {
      open.left--;
      if (open.left > 0) return false;
      this.#open.pop();
      if (open.isAttribute) return false;
    }
    return true;
  }
}
