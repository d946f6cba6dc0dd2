// Damages values so that no reader can decode them. Most random damage still decodes as protobuf, so each way here is one
// that a decoder must notice, and a reader is asked before the value is sent.

import type { Random } from "../../../src/runtime/random.ts";
import type { DecodeFailure } from "../../../src/wire/failure.ts";
import { ZSTD_FRAME } from "../../../src/wire/frame.ts";
import { Inspector } from "../../../src/wire/inspector.ts";
import type { TrafficAlteration } from "../alteration.ts";
import type { SelectionOptions } from "./selection.ts";
import { selective } from "./selective.ts";

/**
 * - `truncate`: the end is missing
 * - `overwrite`: a stretch of it is 0xff
 * - `bad-frame-byte`: it begins with a byte that is no framing and no field
 * - `bad-zstd`: it says that it is compressed, and is not
 */
export const CORRUPTIONS = ["truncate", "overwrite", "bad-frame-byte", "bad-zstd"] as const;

export type Corruption = (typeof CORRUPTIONS)[number];

/** What a reader finds, depending on whether the value was compressed and where it was hit. */
export const FOUND_AS: Readonly<Record<Corruption, readonly DecodeFailure[]>> = {
  truncate: ["buffer_underflow", "decompression_failed"],
  overwrite: ["buffer_underflow", "invalid_protobuf", "decompression_failed"],
  "bad-frame-byte": ["invalid_protobuf"],
  "bad-zstd": ["decompression_failed"],
};

/** @param options `kind`: `random` = another one each time */
export function corrupt(
  options: SelectionOptions & { readonly kind: Corruption | "random" },
): TrafficAlteration {
  const { kind, random } = options;
  const inspector = new Inspector({ maxPayloadBytes: Number.MAX_SAFE_INTEGER, schemaPolicy: "exact" });
  return selective(options, (record) => {
    // A value of one byte has nothing that could be damaged.
    if (record.value === null || record.value.length < 3) return null;
    const chosen = kind === "random" ? (CORRUPTIONS[random.int(CORRUPTIONS.length)] ?? "truncate") : kind;
    return [{ ...record, value: damaged(record.value, chosen, random, inspector) }];
  });
}

const TRIES = 8;

function damaged(value: Buffer, kind: Corruption, random: Random, inspector: Inspector): Buffer {
  for (let i = 0; i < TRIES; i++) {
    const candidate = damage(value, kind, random);
    const found = inspector.inspect(candidate);
    if (found !== null && FOUND_AS[kind].includes(found)) return candidate;
  }
  // Where every try hit a place that says nothing: the beginning says everything.
  const certain = Buffer.from(value);
  return certain.fill(0xff, 1, Math.min(value.length, 1 + MAX_STRETCH));
}

/** Longer than any tag or length, so that a stretch at the beginning cannot be read as a number. */
const MAX_STRETCH = 16;

function damage(value: Buffer, kind: Corruption, random: Random): Buffer {
  switch (kind) {
    case "truncate":
      return value.subarray(0, 2 + random.int(value.length - 2));
    case "overwrite": {
      const at = 1 + random.int(value.length - 1);
      return Buffer.from(value).fill(0xff, at, Math.min(value.length, at + MAX_STRETCH));
    }
    case "bad-frame-byte": {
      const copy = Buffer.from(value);
      // Wire type 7 does not exist.
      copy[0] = (random.int(16) << 3) | 7;
      return copy;
    }
    case "bad-zstd": {
      const copy = Buffer.from(value);
      copy[0] = ZSTD_FRAME;
      // No frame of zstd begins with these four bytes, but every one with a magic number.
      return copy.fill(0, 1, Math.min(copy.length, 5));
    }
  }
}
