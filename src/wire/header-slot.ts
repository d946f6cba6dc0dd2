// Headers as views that are reused for every record, so that reading a header allocates nothing.

import type { HeaderView } from "./header.ts";

const TWO_POW_28 = 2 ** 28;
const TWO_POW_56 = 2 ** 56;
const MASK_28 = 0xfff_ffff;

/** A 64-bit varint in pieces of 28, 28 and 8 bits: exact without a bigint. */
export class Varint64 {
  low = 0;
  middle = 0;
  high = 0;

  clear(): void {
    this.low = 0;
    this.middle = 0;
    this.high = 0;
  }

  copyFrom(other: Varint64): void {
    this.low = other.low;
    this.middle = other.middle;
    this.high = other.high;
  }

  /** As uint64, rounded to the nearest double beyond 2^53. */
  unsigned(): number {
    // The first sum is exact (36 significant bits), so that only the second one rounds.
    return this.high * TWO_POW_56 + this.middle * TWO_POW_28 + this.low;
  }

  /** As int64 (two's complement), rounded to the nearest double beyond 2^53. */
  signed(): number {
    if (this.high < 0x80) return this.unsigned();
    const low = ~this.low & MASK_28;
    const middle = ~this.middle & MASK_28;
    const high = ~this.high & 0xff;
    return -(high * TWO_POW_56 + middle * TWO_POW_28 + (low + 1));
  }

  /** The low 32 bits, as a uint32 field takes them. */
  uint32(): number {
    return (this.low | (this.middle << 28)) >>> 0;
  }

  /** The exact decimal text as uint64. */
  unsignedText(): string {
    const value = this.unsigned();
    if (value <= Number.MAX_SAFE_INTEGER) return String(value);
    return String((BigInt(this.high) << 56n) | (BigInt(this.middle) << 28n) | BigInt(this.low));
  }
}

/** A header that is filled field by field while its bytes are walked. */
export class HeaderSlot implements HeaderView {
  threadId = "";
  tenantId = "";
  sequence = 0;
  timestampUs = 0;
  schemaVersion = 0;
  messageType = 0;
  readonly #sequence = new Varint64();

  get sequenceText(): string {
    return this.#sequence.unsignedText();
  }

  setSequence(value: Varint64): void {
    this.sequence = value.unsigned();
    this.#sequence.copyFrom(value);
  }

  /** Back to the defaults of proto3. */
  reset(): void {
    this.threadId = "";
    this.tenantId = "";
    this.sequence = 0;
    this.timestampUs = 0;
    this.schemaVersion = 0;
    this.messageType = 0;
    this.#sequence.clear();
  }
}
