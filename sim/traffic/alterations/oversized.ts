// Makes values larger than consumers accept. The message stays as it is, headers and all, and is followed by a field that
// no schema knows; what fills it does not compress.

import type { Random } from "../../../src/runtime/random.ts";
import { RAW_FRAME } from "../../../src/wire/frame.ts";
import type { TrafficAlteration } from "../alteration.ts";
import type { SelectionOptions } from "./selection.ts";
import { selective } from "./selective.ts";
import { protobufOf } from "./value-change.ts";

/** Field 15, length-delimited, with a length of 5 bytes, which is room for any. */
const FILLER_TAG = 0x7a;
const LENGTH_BYTES = 5;

/** @param options `bytes`: of the value without its framing byte; a value that is larger already stays as it is */
export function inflate(options: SelectionOptions & { readonly bytes: number }): TrafficAlteration {
  const { bytes, random } = options;
  let filler: Buffer | null = null;
  return selective(options, (record) => {
    const protobuf = record.value && protobufOf(record.value);
    if (!protobuf || protobuf.length + 1 + LENGTH_BYTES > bytes) return null;
    // Made once, when it is needed first: a mebibyte of randomness takes its time.
    filler ??= incompressible(bytes, random);
    return [{ ...record, value: filled(protobuf, bytes, filler) }];
  });
}

function incompressible(bytes: number, random: Random): Buffer {
  return Buffer.from(random.bytes(bytes));
}

function filled(protobuf: Buffer, bytes: number, filler: Buffer): Buffer {
  const value = Buffer.allocUnsafe(1 + bytes);
  value[0] = RAW_FRAME;
  let at = 1 + protobuf.copy(value, 1);
  value[at++] = FILLER_TAG;
  let rest = bytes - protobuf.length - 1 - LENGTH_BYTES;
  for (let i = 1; i <= LENGTH_BYTES; i++, rest = Math.floor(rest / 0x80)) {
    value[at++] = (rest % 0x80) | (i < LENGTH_BYTES ? 0x80 : 0);
  }
  filler.copy(value, at);
  return value;
}
