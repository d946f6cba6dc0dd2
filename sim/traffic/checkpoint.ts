// The whole state of a thread, saved now and then.

import { createHash } from "node:crypto";
import { type CheckpointInit, CompressionType } from "../../src/wire/model.ts";
import { compress } from "../../src/wire/zstd.ts";

/** States of at least so many bytes of JSON are compressed, whether it helps or not. */
const COMPRESS_FROM_BYTES = 512;
const ZSTD_LEVEL = 3;

/** A checkpoint of a state that is plain JSON. The checksum covers the JSON before compression. */
export function checkpoint(state: object, checkpointId: Uint8Array): CheckpointInit {
  const json = Buffer.from(JSON.stringify(state));
  const saved = {
    checkpointId,
    stateType: "serde_json::Value",
    checksum: createHash("sha256").update(json).digest(),
  };
  if (json.length < COMPRESS_FROM_BYTES) return { ...saved, state: json };
  const compressed = compress(json, ZSTD_LEVEL);
  return {
    ...saved,
    state: compressed,
    compressionInfo: {
      type: CompressionType.COMPRESSION_ZSTD,
      compressedSize: compressed.length,
      uncompressedSize: json.length,
      compressionRatio: json.length / compressed.length,
    },
  };
}
