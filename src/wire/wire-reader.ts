// Steps over the primitives of the protobuf encoding within bounds: varints, lengths, fixed-size values, strings. A
// step gives the position after what it read, or `FAILED` with the reason kept.

import type { DecodeFailure } from "./failure.ts";
import { Varint64 } from "./header-slot.ts";
import { invalidUtf8At } from "./utf8.ts";

const NO_BYTES = new Uint8Array(0);

/** Instead of a position: the bytes are malformed. */
export const FAILED = -1;

export class WireReader {
  failure: DecodeFailure | null = null;
  protected bytes: Uint8Array = NO_BYTES;
  /** The last varint that was read, not skipped. */
  protected readonly number = new Varint64();
  /** Where a length-delimited field starts, after its length was read. */
  protected contentAt = 0;
  protected failedAt = 0;
  protected detail = "";

  protected text(start: number, end: number): number {
    const bytes = this.bytes;
    let at = start;
    while (at < end && (bytes[at] as number) < 0x80) at++;
    const bad = at === end ? -1 : invalidUtf8At(bytes, at, end);
    if (bad < 0) return end;
    const byte = (bytes[bad] as number).toString(16).padStart(2, "0");
    return this.fail("invalid_protobuf", bad, `invalid UTF-8 (byte 0x${byte}) in a string`);
  }

  protected packedVarints(start: number, end: number): number {
    let at = start;
    while (at < end) {
      at = this.skipVarint(at, end);
      if (at === FAILED) return FAILED;
    }
    return end;
  }

  protected skipFixed(start: number, end: number, size: number): number {
    const next = start + size;
    if (next <= end) return next;
    return this.fail("buffer_underflow", start, `${size} bytes expected, ${end - start} left in the message`);
  }

  protected skipVarint(start: number, end: number): number {
    return start < end && (this.bytes[start] as number) < 0x80 ? start + 1 : this.varint(start, end);
  }

  /** Reads a varint of up to 64 bits into `number`. */
  protected varint(start: number, end: number): number {
    const bytes = this.bytes;
    const number = this.number;
    number.clear();
    for (let i = 0; i < 10; i++) {
      const at = start + i;
      if (at >= end) return this.fail("buffer_underflow", start, "a varint runs past the end of its message");
      const byte = bytes[at] as number;
      const bits = byte & 0x7f;
      if (i < 4) number.low |= bits << (7 * i);
      else if (i < 8) number.middle |= bits << (7 * (i - 4));
      else number.high |= bits << (7 * (i - 8));
      if (byte < 0x80) {
        if (number.high <= 0xff) return at + 1;
        break;
      }
    }
    return this.fail("invalid_protobuf", start, "a varint of more than 64 bits");
  }

  /** Reads a length, leaves the start of the content in `contentAt` and gives its end. */
  protected length(start: number, end: number): number {
    const first = start < end ? (this.bytes[start] as number) : 0x80;
    let length = first;
    let content = start + 1;
    if (first >= 0x80) {
      content = this.varint(start, end);
      if (content === FAILED) return FAILED;
      if (content - start > 5) return this.fail("invalid_protobuf", start, "a length of more than 5 bytes");
      length = this.number.unsigned();
    }
    this.contentAt = content;
    const stop = content + length;
    if (stop <= end) return stop;
    return this.fail(
      "buffer_underflow",
      start,
      `length ${length} runs ${stop - end} bytes past the end of its message`,
    );
  }

  protected fail(failure: DecodeFailure, at: number, detail: string): number {
    this.failure = failure;
    this.failedAt = at;
    this.detail = detail;
    return FAILED;
  }
}
