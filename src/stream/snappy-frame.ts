// Snappy as Kafka clients exchange it: the framing of xerial's snappy-java (written, and read), or one raw snappy
// block (read only; librdkafka writes it).
// Framing: https://github.com/xerial/snappy-java/blob/master/src/main/java/org/xerial/snappy/SnappyOutputStream.java

import { compress } from "snappyjs";
import { DashstreamError } from "../errors.ts";
import { decodeSnappyBlock } from "./snappy-block.ts";

const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** Magic, version 1, lowest compatible version 1. */
const HEADER = Buffer.concat([MAGIC, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]);
/** The block size of snappy-java. */
const BLOCK_BYTES = 32 * 1024;

/** Encodes `plain` in xerial framing. */
export function encodeSnappy(plain: Buffer): Buffer {
  const parts: Buffer[] = [HEADER];
  for (let at = 0; at < plain.length; at += BLOCK_BYTES) {
    const block = compress(plain.subarray(at, at + BLOCK_BYTES));
    const size = Buffer.allocUnsafe(4);
    size.writeUInt32BE(block.length, 0);
    parts.push(size, block);
  }
  return Buffer.concat(parts);
}

/**
 * Decodes xerial framing or a raw snappy block.
 * @throws DashstreamError `protocol_error` if the bytes are malformed or larger than `maxBytes` decoded
 */
export function decodeSnappy(packed: Buffer, maxBytes: number): Buffer {
  if (!packed.subarray(0, MAGIC.length).equals(MAGIC)) return decodeSnappyBlock(packed, maxBytes);
  const parts: Buffer[] = [];
  let total = 0;
  for (let at = HEADER.length; at < packed.length; ) {
    if (packed.length - at < 4) throw malformed("a block size is cut off");
    const size = packed.readUInt32BE(at);
    at += 4;
    if (size > packed.length - at) throw malformed(`a block of ${size} bytes runs past the end`);
    const block = decodeSnappyBlock(packed.subarray(at, at + size), maxBytes - total);
    parts.push(block);
    total += block.length;
    at += size;
  }
  return Buffer.concat(parts, total);
}

function malformed(what: string): DashstreamError {
  return new DashstreamError("protocol_error", `snappy data is malformed: ${what}`);
}
