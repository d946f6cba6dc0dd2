// LZ4 block format, both directions. Decoding never reads or writes outside its buffers and refuses what is not
// a valid block, whatever the bytes are; encoding keeps the end-of-block rules that the reference decoder checks.
// Format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md

import { DashstreamError } from "../errors.ts";

const MIN_MATCH = 4;
/** The last five bytes are always literals. */
const LAST_LITERALS = 5;
/** No match may start within the last twelve bytes. */
const MATCH_FIND_LIMIT = 12;
const MAX_DISTANCE = 0xffff;
const HASH_BITS = 14;
const RUN_MASK = 15;

function malformed(what: string): DashstreamError {
  return new DashstreamError("protocol_error", `lz4 block is malformed: ${what}`);
}

/**
 * Decodes one block from `src[start, end)` into `dst` at `at`. Matches may reach back into what `dst` already
 * holds, so blocks that depend on earlier ones work too.
 *
 * @returns the index after the last byte written
 * @throws DashstreamError `protocol_error` if the block is malformed or needs more room than `dst` has
 */
export function decodeLz4Block(
  src: Uint8Array,
  start: number,
  end: number,
  dst: Uint8Array,
  at: number,
): number {
  let from = start;
  let to = at;
  const readRun = (base: number): number => {
    let run = base;
    if (base !== RUN_MASK) return run;
    for (;;) {
      if (from >= end) throw malformed("a length runs past its end");
      const byte = src[from++] ?? 0;
      run += byte;
      if (byte !== 0xff) return run;
    }
  };
  while (from < end) {
    const token = src[from++] ?? 0;
    const literals = readRun(token >>> 4);
    if (literals > end - from) throw malformed("literals run past its end");
    if (literals > dst.length - to) throw malformed("output exceeds its bound");
    dst.set(src.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from === end) return to;
    if (end - from < 2) throw malformed("a match offset is cut off");
    const distance = (src[from] ?? 0) | ((src[from + 1] ?? 0) << 8);
    from += 2;
    const length = readRun(token & RUN_MASK) + MIN_MATCH;
    if (distance === 0 || distance > to) throw malformed(`match distance ${distance} at output byte ${to}`);
    if (length > dst.length - to) throw malformed("output exceeds its bound");
    copyMatch(dst, to, distance, length);
    to += length;
  }
  throw malformed("it ends without literals");
}

/** Copies `length` bytes that lie `distance` behind `to`; there is room for them. */
export function copyMatch(dst: Uint8Array, to: number, distance: number, length: number): void {
  if (distance >= length) {
    dst.copyWithin(to, to - distance, to - distance + length);
    return;
  }
  // Overlapping on purpose: the match repeats what it has just written.
  for (let i = 0; i < length; i++) dst[to + i] = dst[to + i - distance] ?? 0;
}

/** Largest size of an encoded block of `byteCount` bytes. */
export function lz4BlockBound(byteCount: number): number {
  return byteCount + Math.ceil(byteCount / 255) + 16;
}

/**
 * Encodes `src` as one block into `dst`, which has room for `lz4BlockBound(src.length)` bytes.
 * @returns bytes written
 */
export function encodeLz4Block(src: Buffer, dst: Buffer): number {
  // Positions are stored plus one, so that 0 means empty.
  const seen = new Int32Array(1 << HASH_BITS);
  const lastMatchStart = src.length - MATCH_FIND_LIMIT;
  const matchEnd = src.length - LAST_LITERALS;
  let anchor = 0;
  let to = 0;
  let misses = 0;
  for (let at = 0; at <= lastMatchStart; ) {
    const word = src.readInt32LE(at);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = (seen[slot] ?? 0) - 1;
    seen[slot] = at + 1;
    if (candidate < 0 || at - candidate > MAX_DISTANCE || src.readInt32LE(candidate) !== word) {
      // Skip faster the longer nothing matched, so that incompressible input stays cheap.
      at += 1 + (misses++ >>> 6);
      continue;
    }
    let length = MIN_MATCH;
    while (at + length < matchEnd && src[at + length] === src[candidate + length]) length++;
    to = writeSequence(src, anchor, at, dst, to, at - candidate, length);
    at += length;
    anchor = at;
    misses = 0;
  }
  return writeSequence(src, anchor, src.length, dst, to, 0, 0);
}

/** Writes the literals `src[anchor, at)` and, unless `distance` is 0, the match that follows them. */
function writeSequence(
  src: Buffer,
  anchor: number,
  at: number,
  dst: Buffer,
  start: number,
  distance: number,
  length: number,
): number {
  let to = start;
  const literals = at - anchor;
  const extra = distance === 0 ? 0 : length - MIN_MATCH;
  dst[to++] = (Math.min(literals, RUN_MASK) << 4) | Math.min(extra, RUN_MASK);
  to = writeRun(dst, to, literals);
  src.copy(dst, to, anchor, at);
  to += literals;
  if (distance === 0) return to;
  dst[to++] = distance & 0xff;
  dst[to++] = distance >>> 8;
  return writeRun(dst, to, extra);
}

function writeRun(dst: Buffer, start: number, run: number): number {
  if (run < RUN_MASK) return start;
  let to = start;
  let rest = run - RUN_MASK;
  for (; rest >= 0xff; rest -= 0xff) dst[to++] = 0xff;
  dst[to++] = rest;
  return to;
}
