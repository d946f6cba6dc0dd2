// Writes framed Kafka values, compressed where that is worth it.

import { Buffer } from "node:buffer";
import type { RAW_FRAME, ZSTD_FRAME } from "./framing.ts";
import { compress } from "./zstd.ts";

export { type Framing, framingOf, RAW_FRAME, ZSTD_FRAME } from "./framing.ts";

/** Bytes that a message may have where nothing else is said: 1 MiB, the same for producers and consumers. */
export const DEFAULT_MAX_PAYLOAD_BYTES = 1_048_576;

export interface CompressionOptions {
  /** Messages of more bytes than this are compressed; `Infinity` compresses none. */
  readonly thresholdBytes: number;
  /** zstd level, 1 to 22. */
  readonly level: number;
}

export const DEFAULT_COMPRESSION: CompressionOptions = { thresholdBytes: 512, level: 3 };

/** Puts the framing byte before a body. */
export function withFrame(framingByte: typeof RAW_FRAME | typeof ZSTD_FRAME, body: Uint8Array): Buffer {
  const value = Buffer.allocUnsafe(body.length + 1);
  value[0] = framingByte;
  value.set(body, 1);
  return value;
}

/** Compresses an encoded message if it is above the threshold and gets smaller, else `null`. */
export function compressBody(protobuf: Uint8Array, options: CompressionOptions): Buffer | null {
  if (protobuf.length <= options.thresholdBytes) return null;
  const compressed = compress(protobuf, options.level);
  return compressed.length < protobuf.length ? compressed : null;
}
