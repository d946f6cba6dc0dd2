// Compresses frames of the second protocol for clients that asked for it. Made once for all of them that share a frame.

import { PLAIN_RECORDS, ZSTD_RECORDS } from "./record-frame.ts";
import { compress } from "./zstd.ts";

/** Smaller frames go out as they are. */
const MIN_COMPRESSED_BYTES = 512;
/** The fast end: a frame is compressed while clients wait for it. */
const LEVEL = 1;

/** The same records with zstd, or the frame itself if it is small or would not get smaller. */
export function compressFrame(frame: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (frame.length < MIN_COMPRESSED_BYTES || frame[0] !== PLAIN_RECORDS) return frame;
  const compressed = compress(frame.subarray(1), LEVEL);
  if (compressed.length + 1 >= frame.length) return frame;
  const out = new Uint8Array(compressed.length + 1);
  out[0] = ZSTD_RECORDS;
  out.set(compressed, 1);
  return out;
}
