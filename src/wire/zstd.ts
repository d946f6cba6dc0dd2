// zstd with a promise about memory: nothing is allocated for output before the declared size is known to be
// within the bound, and a frame that declares no size is stopped when its output passes the bound.

import { Buffer } from "node:buffer";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { DecodeFailure } from "./failure.ts";
import { declareContentSize, readZstdFrame, type ZstdFrame } from "./zstd-frame.ts";

/** A decoder supports at least this window (RFC 8878 section 3.1.1.1.2 recommends 8 MiB); more is refused. */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;

export type Decompressed =
  | { readonly ok: true; readonly content: Buffer; readonly frame: ZstdFrame }
  | { readonly ok: false; readonly code: DecodeFailure; readonly error: string };

/**
 * Decompresses exactly one zstd frame, which must fill `bytes` completely: no further frame, no skippable frame,
 * no trailing bytes, no dictionary.
 *
 * Fails with `payload_too_large` if the content is, or claims to be, larger than `maxBytes`, and with
 * `decompression_failed` for everything else.
 */
export function decompress(bytes: Uint8Array, maxBytes: number): Decompressed {
  const frame = readZstdFrame(bytes);
  if (typeof frame === "string") return failed(maxBytes, frame);
  const { declaredBytes } = frame;
  if (declaredBytes !== null && declaredBytes > maxBytes) return tooLarge(`${declaredBytes}`, maxBytes);
  const refusal = refuse(frame, bytes.length, maxBytes);
  if (refusal !== null) return failed(maxBytes, refusal);
  try {
    const bound = Math.max(1, declaredBytes ?? maxBytes);
    const content = zstdDecompressSync(bytes, { maxOutputLength: bound });
    if (declaredBytes === null || content.length === declaredBytes) return { ok: true, content, frame };
    return failed(maxBytes, `content of ${content.length} bytes, but ${declaredBytes} are declared`);
  } catch (cause) {
    const error = cause as NodeJS.ErrnoException;
    if (error.code !== "ERR_BUFFER_TOO_LARGE") return failed(maxBytes, error.message);
    if (declaredBytes === null) return tooLarge(`more than ${maxBytes}`, maxBytes);
    return failed(maxBytes, `content of more than the declared ${declaredBytes} bytes`);
  }
}

/** Compresses into one frame that declares its content size, as the browser client requires. */
export function compress(bytes: Uint8Array, level: number): Buffer {
  const compressed = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });
  // Bun declares the size, Deno does not.
  return withContentSize(compressed, bytes.length);
}

/** `frame` itself if it declares its content size, else a copy that does. */
function withContentSize(compressed: Buffer, contentBytes: number): Buffer {
  const frame = readZstdFrame(compressed);
  if (typeof frame === "string" || frame.declaredBytes !== null) return compressed;
  return Buffer.from(declareContentSize(compressed, frame, contentBytes).buffer);
}

function refuse(frame: ZstdFrame, givenBytes: number, maxBytes: number): string | null {
  if (frame.dictionaryId !== 0) return `dictionary ${frame.dictionaryId} is needed, but none is supported`;
  const trailing = givenBytes - frame.frameBytes;
  if (trailing > 0) return `${trailing} bytes follow the zstd frame, which must be the only one`;
  const window = Math.min(frame.windowBytes, frame.declaredBytes ?? frame.windowBytes);
  const maxWindow = Math.max(MAX_WINDOW_BYTES, maxBytes);
  return window > maxWindow ? `a window of ${window} bytes exceeds the limit of ${maxWindow}` : null;
}

function failed(maxBytes: number, detail: string): Decompressed {
  return {
    ok: false,
    code: "decompression_failed",
    error: `Decompression failed (max_size=${maxBytes}): ${detail}`,
  };
}

function tooLarge(sizeText: string, maxBytes: number): Decompressed {
  return { ok: false, code: "payload_too_large", error: tooLargeText(sizeText, maxBytes) };
}

/** The text of `payload_too_large`, the same wherever the size was found out. */
export function tooLargeText(sizeText: string, maxBytes: number): string {
  return `Payload size ${sizeText} bytes exceeds maximum ${maxBytes} bytes`;
}
