// Reads a protobuf message field by field where its bytes come from a peer that must keep to the format. Whatever is
// wrong is a `protocol_error` that names the field and the position. Runs in browsers.

import { DashstreamError } from "../errors.ts";

/** Bytes that a varint of 64 bits takes at most. */
const MAX_VARINT_BYTES = 10;
const MAX_TAG = 2 ** 32 - 1;

/** Steps through `bytes[at, end)`. All methods throw DashstreamError `protocol_error`. */
export class ProtobufReader {
  readonly end: number;
  at: number;
  readonly #what: string;
  readonly #bytes: Uint8Array;

  /** `what` begins each error. */
  constructor(what: string, bytes: Uint8Array, at: number, end: number = bytes.length) {
    this.#what = what;
    this.#bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** A field number times 8 plus wire type. */
  tag(field: string): number {
    const start = this.at;
    const tag = this.varint(`${field} (tag)`, MAX_TAG);
    if (tag < 8) this.fail(field, start, "has field number 0, expected 1 or more");
    return tag;
  }

  /** A number from 0 to `max`, which is 2^53-1 unless given. */
  varint(field: string, max: number = Number.MAX_SAFE_INTEGER): number {
    const start = this.at;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      if (this.at >= this.end) this.fail(field, start, "runs past the end of its message");
      const byte = this.#bytes[this.at++] as number;
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
      if (byte >= 0x80) continue;
      // What is above 2^53 was rounded, but it never gets below.
      if (value > max) this.fail(field, start, `is ${value}, expected 0 to ${max}`);
      return value;
    }
    return this.fail(field, start, "is a varint of more than 10 bytes");
  }

  /** The content of a length-delimited field, to be read in its turn. */
  message(field: string): ProtobufReader {
    const end = this.#contentEnd(field);
    const inner = new ProtobufReader(this.#what, this.#bytes, this.at, end);
    this.at = end;
    return inner;
  }

  /** The content of a length-delimited field, as a view. */
  bytes(field: string): Uint8Array {
    const end = this.#contentEnd(field);
    const content = this.#bytes.subarray(this.at, end);
    this.at = end;
    return content;
  }

  /**
   * Passes over a field that the reader does not know, as proto3 demands it. One that is among `known` (field number
   * to wire type) came with a wire type that it cannot have.
   */
  skip(tag: number, start: number, field: string, known: Readonly<Record<number, number>>): void {
    const number = Math.floor(tag / 8);
    const wireType = tag & 7;
    const expected = known[number];
    if (expected !== undefined) {
      this.fail(`${field} (field ${number})`, start, `has wire type ${wireType}, expected ${expected}`);
    }
    const unknown = `${field} (unknown field ${number})`;
    switch (wireType) {
      case 0:
        return this.#skipVarint(unknown);
      case 1:
        return this.#skipFixed(unknown, 8);
      case 2:
        this.bytes(unknown);
        return;
      case 5:
        return this.#skipFixed(unknown, 4);
      default:
        return this.fail(unknown, start, `has wire type ${wireType}, expected 0, 1, 2 or 5`);
    }
  }

  fail(field: string, at: number, detail: string): never {
    throw new DashstreamError("protocol_error", `${this.#what}: ${field} at byte ${at} ${detail}`);
  }

  #contentEnd(field: string): number {
    const start = this.at;
    const length = this.varint(`${field} (length)`);
    const left = this.end - this.at;
    if (length > left)
      this.fail(field, start, `has length ${length}, but ${left} bytes are left in its message`);
    return this.at + length;
  }

  #skipVarint(field: string): void {
    const start = this.at;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      if (this.at >= this.end) this.fail(field, start, "runs past the end of its message");
      if ((this.#bytes[this.at++] as number) < 0x80) return;
    }
    this.fail(field, start, "is a varint of more than 10 bytes");
  }

  #skipFixed(field: string, bytes: number): void {
    const left = this.end - this.at;
    if (left < bytes) this.fail(field, this.at, `takes ${bytes} bytes, but ${left} are left in its message`);
    this.at += bytes;
  }
}
