// Decoding one snappy block. Never reads or writes outside its buffers and refuses what is not a valid block, whatever
// the bytes are. (snappyjs walks backwards over a literal whose length has its highest bit set, and then for ever.)
// Format: https://github.com/google/snappy/blob/main/format_description.txt

import { DashstreamError } from "../errors.ts";
import { copyMatch } from "./lz4-block.ts";

/** Lengths of literals up to here are in the tag; beyond, in the one to four bytes behind it. */
const SHORT_LITERAL = 60;

function malformed(what: string): DashstreamError {
  return new DashstreamError("protocol_error", `snappy block is malformed: ${what}`);
}

/** @throws DashstreamError `protocol_error` if the block is malformed or larger than `maxBytes` decoded */
export function decodeSnappyBlock(src: Uint8Array, maxBytes: number): Buffer {
  let from = 0;
  /** A little-endian integer of up to four bytes. */
  const read = (byteCount: number): number => {
    if (byteCount > src.length - from) throw malformed("it is cut off");
    let value = 0;
    for (let i = 0; i < byteCount; i++) value += (src[from + i] ?? 0) * 2 ** (8 * i);
    from += byteCount;
    return value;
  };
  const dst = Buffer.alloc(readLength(() => read(1), maxBytes));
  let to = 0;
  while (from < src.length) {
    const tag = read(1);
    const kind = tag & 3;
    if (kind === 0) {
      const length = (tag >>> 2 < SHORT_LITERAL ? tag >>> 2 : read((tag >>> 2) - SHORT_LITERAL + 1)) + 1;
      if (length > src.length - from) throw malformed("a literal runs past its end");
      if (length > dst.length - to) throw malformed("output exceeds its length");
      // A view costs more than copying a short run by hand.
      if (length > SHORT_LITERAL) dst.set(src.subarray(from, from + length), to);
      else for (let i = 0; i < length; i++) dst[to + i] = src[from + i] ?? 0;
      from += length;
      to += length;
      continue;
    }
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const distance = kind === 1 ? (tag >>> 5) * 256 + read(1) : read(kind === 2 ? 2 : 4);
    if (distance === 0 || distance > to) throw malformed(`copy distance ${distance} at output byte ${to}`);
    if (length > dst.length - to) throw malformed("output exceeds its length");
    copyMatch(dst, to, distance, length);
    to += length;
  }
  if (to !== dst.length) throw malformed(`${to} bytes decoded, expected ${dst.length}`);
  return dst;
}

/** The decoded length that stands in front, a varint of up to 32 bits. */
function readLength(nextByte: () => number, maxBytes: number): number {
  let length = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = nextByte();
    length += (byte & 0x7f) * 2 ** shift;
    if (length > maxBytes) throw malformed(`more than ${maxBytes} bytes decoded`);
    if (byte < 0x80) return length;
  }
  throw malformed("its length is longer than 32 bits");
}
