// Writes Kafka's big-endian primitives into one growing buffer.

const TWO_POW_32 = 0x1_0000_0000;

export class Writer {
  #buffer: Buffer;
  #length = 0;

  constructor(capacityBytes = 256) {
    this.#buffer = Buffer.allocUnsafe(capacityBytes);
  }

  get length(): number {
    return this.#length;
  }

  int8(value: number): void {
    const at = this.#grow(1);
    this.#buffer.writeInt8(value, at);
  }

  boolean(value: boolean): void {
    this.int8(value ? 1 : 0);
  }

  int16(value: number): void {
    const at = this.#grow(2);
    this.#buffer.writeInt16BE(value, at);
  }

  int32(value: number): void {
    const at = this.#grow(4);
    this.#buffer.writeInt32BE(value, at);
  }

  uint32(value: number): void {
    const at = this.#grow(4);
    this.#buffer.writeUInt32BE(value, at);
  }

  int64(value: number): void {
    const high = Math.floor(value / TWO_POW_32);
    const at = this.#grow(8);
    this.#buffer.writeInt32BE(high, at);
    this.#buffer.writeUInt32BE(value - high * TWO_POW_32, at + 4);
  }

  /** Zigzag varint of an integer between -2^52 and 2^52. */
  varint(value: number): void {
    this.uvarint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  /** Unsigned varint of an integer below 2^53. */
  uvarint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      const at = this.#grow(1);
      this.#buffer.writeUInt8((rest % 128) | 0x80, at);
      rest = Math.floor(rest / 128);
    }
    const at = this.#grow(1);
    this.#buffer.writeUInt8(rest, at);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#buffer.set(bytes, at);
  }

  nullableString(value: string | null): void {
    if (value === null) {
      this.int16(-1);
      return;
    }
    const length = Buffer.byteLength(value);
    this.int16(length);
    const at = this.#grow(length);
    this.#buffer.write(value, at, "utf8");
  }

  nullableBytes(value: Uint8Array | null): void {
    if (value === null) {
      this.int32(-1);
      return;
    }
    this.int32(value.length);
    this.raw(value);
  }

  /** Overwrites four bytes written before. */
  patchInt32(position: number, value: number): void {
    this.#buffer.writeInt32BE(value, position);
  }

  /** Overwrites four bytes written before. */
  patchUint32(position: number, value: number): void {
    this.#buffer.writeUInt32BE(value, position);
  }

  /** What was written so far, as a view; the writer must not be used afterwards. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Makes room; may replace the buffer, so call it before looking at `#buffer`. */
  #grow(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    this.#length = needed;
    return at;
  }
}
