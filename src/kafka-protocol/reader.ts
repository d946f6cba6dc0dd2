// Reads Kafka's big-endian primitives from one buffer. Byte fields come as views, never as copies. Reading past
// the end is a `protocol_error`, whatever the bytes say.

import { DashstreamError } from "../errors.ts";

const TWO_POW_32 = 0x1_0000_0000;

export class Reader {
  readonly #buffer: Buffer;
  #position: number;

  constructor(buffer: Buffer, position = 0) {
    this.#buffer = buffer;
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#buffer.length - this.#position;
  }

  int8(): number {
    return this.#buffer.readInt8(this.#advance(1));
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#advance(4));
  }

  uint32(): number {
    return this.#buffer.readUInt32BE(this.#advance(4));
  }

  /** Exact between -2^53 and 2^53, which offsets and timestamps are; beyond it is rounded. */
  int64(): number {
    const at = this.#advance(8);
    return this.#buffer.readInt32BE(at) * TWO_POW_32 + this.#buffer.readUInt32BE(at + 4);
  }

  /** A zigzag varint of up to 64 bits; the same precision as `int64`. */
  varint(): number {
    const unsigned = this.uvarint();
    return unsigned % 2 === 0 ? unsigned / 2 : -(unsigned + 1) / 2;
  }

  /** An unsigned varint of up to 64 bits. */
  uvarint(): number {
    let unsigned = 0;
    let scale = 1;
    for (let read = 0; read < 10; read++) {
      const byte = this.#buffer.readUInt8(this.#advance(1));
      unsigned += (byte & 0x7f) * scale;
      if (byte < 0x80) return unsigned;
      scale *= 128;
    }
    throw new DashstreamError("protocol_error", "varint longer than 10 bytes");
  }

  /** A view of the next `count` bytes. */
  view(count: number): Buffer {
    const at = this.#advance(count);
    return this.#buffer.subarray(at, at + count);
  }

  nullableString(): string | null {
    const length = this.int16();
    if (length < 0) return null;
    const at = this.#advance(length);
    return this.#buffer.toString("utf8", at, at + length);
  }

  nullableBytes(): Buffer | null {
    const length = this.int32();
    return length < 0 ? null : this.view(length);
  }

  /** Length of an array, -1 for null. No element is shorter than a byte, so a longer array is a lie. */
  arrayLength(): number {
    const length = this.int32();
    if (length > this.remaining) {
      throw new DashstreamError(
        "protocol_error",
        `array of ${length} elements with ${this.remaining} bytes left`,
      );
    }
    return length;
  }

  #advance(count: number): number {
    const at = this.#position;
    if (count < 0 || at + count > this.#buffer.length) {
      throw new DashstreamError(
        "protocol_error",
        `needs ${count} bytes at ${at}, the message has ${this.#buffer.length}`,
      );
    }
    this.#position = at + count;
    return at;
  }
}
