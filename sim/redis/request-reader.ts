// Cuts a stream of bytes into requests: arrays of bulk strings, as every client library sends them.

import { DashstreamError } from "../../src/errors.ts";

/** The words of a request: the command and its arguments. */
export type Request = readonly Buffer[];

/** Redis' own limits (`proto-max-bulk-len`, and 1024 * 1024 words). */
const MAX_BULK_BYTES = 512 * 1024 * 1024;
const MAX_WORDS = 1_048_576;
/** A header line is a sign and a number. */
const MAX_LINE_BYTES = 32;

const CR = 0x0d;
const LF = 0x0a;
const LINE_END = Buffer.from("\r\n");

/** Redis' `client-query-buffer-limit`. */
const MAX_REQUEST_BYTES = 1024 * 1024 * 1024;

interface Cursor {
  at: number;
  /** Bytes that must be there before it is worth looking again. */
  needed: number;
}

/** The name of a request's command in capital letters. */
export function commandName(request: Request): string {
  return String(request[0] ?? "").toUpperCase();
}

/** The bytes of a request, as `RequestReader` reads them. */
export function encodeRequest(request: Request): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${request.length}\r\n`)];
  for (const word of request) parts.push(Buffer.from(`$${word.length}\r\n`), word, LINE_END);
  return Buffer.concat(parts);
}

export class RequestReader {
  readonly #maxRequestBytes: number;
  /** What came and is not read yet, put together when there is enough. */
  #pieces: Buffer[] = [];
  #pendingBytes = 0;
  #neededBytes = 0;

  constructor(maxRequestBytes: number = MAX_REQUEST_BYTES) {
    this.#maxRequestBytes = maxRequestBytes;
  }

  /**
   * Takes what was received and gives the requests that are complete.
   * @throws DashstreamError `protocol_error` whose message is what Redis answers before it ends the connection
   */
  push(chunk: Buffer): readonly Request[] {
    this.#pieces.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes < this.#neededBytes) return [];
    const bytes = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces);
    const requests: Request[] = [];
    const cursor = { at: 0, needed: 0 };
    let consumed = 0;
    for (let request = readRequest(bytes, cursor); request !== null; request = readRequest(bytes, cursor)) {
      consumed = cursor.at;
      if (request.length > 0) requests.push(request);
    }
    const rest = bytes.subarray(consumed);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#pendingBytes = rest.length;
    this.#neededBytes = cursor.needed - consumed;
    if (Math.max(this.#neededBytes, rest.length) > this.#maxRequestBytes) {
      throw protocolError(`request larger than ${this.#maxRequestBytes} bytes`);
    }
    return requests;
  }
}

/** The next request, or `null` if it is not complete yet. */
function readRequest(bytes: Buffer, cursor: Cursor): Request | null {
  cursor.needed = 0;
  const count = readNumber(bytes, cursor, "*", MAX_WORDS, "invalid multibulk length");
  if (count === null) return null;
  const words: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    const length = readNumber(bytes, cursor, "$", MAX_BULK_BYTES, "invalid bulk length");
    if (length === null) return null;
    const end = cursor.at + length + 2;
    if (bytes.length < end) {
      cursor.needed = end;
      return null;
    }
    words.push(bytes.subarray(cursor.at, cursor.at + length));
    cursor.at = end;
  }
  return words;
}

function readNumber(bytes: Buffer, cursor: Cursor, sign: string, max: number, wrong: string): number | null {
  if (cursor.at >= bytes.length) return null;
  const found = String.fromCharCode(bytes[cursor.at] ?? 0);
  if (found !== sign) throw protocolError(`expected '${sign}', got '${found}'`);
  const end = bytes.indexOf(CR, cursor.at);
  if (end < 0 || end + 1 >= bytes.length) {
    if (bytes.length - cursor.at > MAX_LINE_BYTES) throw protocolError(wrong);
    return null;
  }
  const text = bytes.toString("latin1", cursor.at + 1, end);
  const number = Number(text);
  if (!/^\d{1,10}$/.test(text) || number > max || bytes[end + 1] !== LF) throw protocolError(wrong);
  cursor.at = end + 2;
  return number;
}

function protocolError(why: string): DashstreamError {
  return new DashstreamError("protocol_error", `ERR Protocol error: ${why}`);
}
