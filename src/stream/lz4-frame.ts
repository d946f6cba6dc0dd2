// LZ4 frames as Kafka clients exchange them. What we write is what Java's client insists on (independent blocks
// of 64 KiB, no checksums); what we read is any frame without a dictionary. Kafka's own CRC covers the bytes, so
// the frame's checksums are skipped.
// Format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md

import { DashstreamError } from "../errors.ts";
import { decodeLz4Block, encodeLz4Block, lz4BlockBound } from "./lz4-block.ts";

const MAGIC = 0x184d2204;
const BLOCK_BYTES = 64 * 1024;
/** Magic, FLG 0x60 (version 1, independent blocks), BD 0x40 (64 KiB) and the checksum byte of these two. */
const HEADER = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
const STORED = 0x8000_0000;

const FLAG_VERSION_MASK = 0xc0;
const FLAG_VERSION = 0x40;
const FLAG_BLOCK_CHECKSUM = 0x10;
const FLAG_CONTENT_SIZE = 0x08;
const FLAG_CONTENT_CHECKSUM = 0x04;
const FLAG_DICTIONARY = 0x01;

/** Block sizes by the code in BD. */
const BLOCK_SIZES: Readonly<Record<number, number>> = {
  4: 64 * 1024,
  5: 256 * 1024,
  6: 1024 * 1024,
  7: 4 * 1024 * 1024,
};

function malformed(what: string): DashstreamError {
  return new DashstreamError("protocol_error", `lz4 frame is malformed: ${what}`);
}

/** Encodes `plain` as one LZ4 frame. */
export function encodeLz4Frame(plain: Buffer): Buffer {
  const parts: Buffer[] = [HEADER];
  for (let at = 0; at < plain.length; at += BLOCK_BYTES) {
    const block = plain.subarray(at, at + BLOCK_BYTES);
    const out = Buffer.allocUnsafe(4 + lz4BlockBound(block.length));
    const size = encodeLz4Block(block, out.subarray(4));
    if (size < block.length) {
      out.writeUInt32LE(size, 0);
      parts.push(out.subarray(0, 4 + size));
    } else {
      out.writeUInt32LE((STORED | block.length) >>> 0, 0);
      block.copy(out, 4);
      parts.push(out.subarray(0, 4 + block.length));
    }
  }
  parts.push(Buffer.alloc(4));
  return Buffer.concat(parts);
}

interface FrameHeader {
  readonly blockBytes: number;
  readonly blockChecksum: boolean;
  readonly contentChecksum: boolean;
  readonly bodyStart: number;
}

function readHeader(frame: Buffer): FrameHeader {
  if (frame.length < HEADER.length) throw malformed(`${frame.length} bytes are too few`);
  if (frame.readUInt32LE(0) !== MAGIC) throw malformed("no magic number");
  const flags = frame[4] ?? 0;
  if ((flags & FLAG_VERSION_MASK) !== FLAG_VERSION)
    throw malformed(`version of flags 0x${flags.toString(16)}`);
  if (flags & FLAG_DICTIONARY) throw malformed("it needs a dictionary");
  const sizeCode = ((frame[5] ?? 0) >>> 4) & 7;
  const blockBytes = BLOCK_SIZES[sizeCode];
  if (blockBytes === undefined) throw malformed(`block size code ${sizeCode}, expected 4 to 7`);
  return {
    blockBytes,
    blockChecksum: (flags & FLAG_BLOCK_CHECKSUM) !== 0,
    contentChecksum: (flags & FLAG_CONTENT_CHECKSUM) !== 0,
    bodyStart: flags & FLAG_CONTENT_SIZE ? 15 : 7,
  };
}

/**
 * Decodes one LZ4 frame. Output grows with what the blocks really hold, never with what a header claims.
 * @throws DashstreamError `protocol_error` if the frame is malformed or larger than `maxBytes` decoded
 */
export function decodeLz4Frame(frame: Buffer, maxBytes: number): Buffer {
  const header = readHeader(frame);
  let out = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(BLOCK_BYTES, frame.length * 4)));
  let length = 0;
  let at = header.bodyStart;
  for (;;) {
    if (frame.length - at < 4) throw malformed("it ends without an end mark");
    const word = frame.readUInt32LE(at);
    at += 4;
    if (word === 0) break;
    const size = word & ~STORED;
    if (size > frame.length - at) throw malformed(`a block of ${size} bytes runs past its end`);
    const stored = (word & STORED) !== 0;
    out = withRoom(out, length, stored ? size : header.blockBytes, maxBytes);
    if (stored) {
      if (size > out.length - length) throw malformed(`more than ${maxBytes} bytes decoded`);
      length += frame.copy(out, length, at, at + size);
    } else {
      length = decodeLz4Block(frame, at, at + size, out, length);
    }
    at += size + (header.blockChecksum ? 4 : 0);
  }
  if (header.contentChecksum && frame.length - at < 4) throw malformed("its checksum is cut off");
  return out.subarray(0, length);
}

/** `out` with room for `needed` more bytes after `length`, as far as `maxBytes` allows. */
function withRoom(out: Buffer, length: number, needed: number, maxBytes: number): Buffer<ArrayBuffer> {
  if (out.length - length >= needed || out.length >= maxBytes) return out as Buffer<ArrayBuffer>;
  const grown = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(out.length * 2, length + needed)));
  out.copy(grown, 0, 0, length);
  return grown;
}
