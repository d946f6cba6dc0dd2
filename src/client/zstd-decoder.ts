// zstd where there may be only a browser: the layout of a frame is checked before anything is allocated, and never more
// than the size that it declares.

import { decompress } from "fzstd";
import { DashstreamError } from "../errors.ts";
import { readZstdFrame } from "../wire/zstd-frame.ts";

/**
 * Gives the content of a zstd frame that declares `contentBytes`. A runtime that has its own decompressor is faster:
 * `(frame, contentBytes) => zstdDecompressSync(frame, { maxOutputLength: contentBytes })` of `node:zlib`.
 */
export type ZstdDecoder = (frame: Uint8Array, contentBytes: number) => Uint8Array;

/** In JavaScript, everywhere. */
export const portableZstd: ZstdDecoder = (frame, contentBytes) =>
  decompress(frame, new Uint8Array(contentBytes));

/** Far above what servers send. */
const MAX_CONTENT_BYTES = 64 * 1024 * 1024;

/**
 * Decompresses exactly one frame that fills `bytes`.
 * @throws DashstreamError `protocol_error`, also for a frame that does not declare its size: servers add that
 */
export function unzip(bytes: Uint8Array, decoder: ZstdDecoder): Uint8Array {
  const frame = readZstdFrame(bytes);
  if (typeof frame === "string") return broken(frame);
  const { declaredBytes, frameBytes, dictionaryId } = frame;
  if (declaredBytes === null) return broken("its content size is not declared");
  if (declaredBytes > MAX_CONTENT_BYTES) {
    return broken(`${declaredBytes} bytes are declared, expected at most ${MAX_CONTENT_BYTES}`);
  }
  if (dictionaryId !== 0) return broken(`dictionary ${dictionaryId} is needed, expected none`);
  if (frameBytes !== bytes.length) return broken(`${bytes.length - frameBytes} bytes follow the frame`);
  let content: Uint8Array;
  try {
    content = decoder(bytes, declaredBytes);
  } catch (cause) {
    return broken("the decompressor refuses it", cause);
  }
  if (content.length === declaredBytes) return content;
  return broken(`content of ${content.length} bytes, but ${declaredBytes} are declared`);
}

function broken(detail: string, cause?: unknown): never {
  throw new DashstreamError("protocol_error", `zstd frame: ${detail}`, { cause });
}
