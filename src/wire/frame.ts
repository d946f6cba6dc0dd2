// The framing of a Kafka value: one leading byte (0x00 raw, 0x01 zstd) and the body. No protobuf message starts
// with either byte, because both would be tags of field number 0; so older values without a frame are told apart.

import { Buffer } from "node:buffer";
import { compress } from "./zstd.ts";
import { hasZstdMagic } from "./zstd-frame.ts";

/** Bytes that a message may have where nothing else is said: 1 MiB, the same for producers and consumers. */
export const DEFAULT_MAX_PAYLOAD_BYTES = 1_048_576;

export const RAW_FRAME = 0x00;
export const ZSTD_FRAME = 0x01;

/**
 * - `raw`, `zstd`: framed
 * - `bare`, `bare_zstd`: a value of an older producer, without framing byte
 */
export type Framing = "raw" | "zstd" | "bare" | "bare_zstd";

/** How a value is framed. The value is not empty. */
export function framingOf(value: Uint8Array): Framing {
  const first = value[0];
  if (first === RAW_FRAME) return "raw";
  if (first === ZSTD_FRAME) return "zstd";
  return hasZstdMagic(value, 0) ? "bare_zstd" : "bare";
}

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
