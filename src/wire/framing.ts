// The framing of a Kafka value: one leading byte (0x00 raw, 0x01 zstd) and the body. No protobuf message starts with
// either byte, because both would be tags of field number 0; so older values without a frame are told apart. Runs in
// browsers.

import { hasZstdMagic } from "./zstd-frame.ts";

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
