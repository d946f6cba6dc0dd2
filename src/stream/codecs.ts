// The compression codecs of Kafka record batches. kafkajs brings gzip only, and without a bound; here are all
// four, each refusing to inflate a batch beyond a limit before the memory is taken.

import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { CompressionCodecs, CompressionTypes } from "kafkajs";
import { DashstreamError } from "../errors.ts";
import type { CodecFunction } from "../kafka-protocol/compression.ts";
import { decodeLz4Frame, encodeLz4Frame } from "./lz4-frame.ts";
import { decodeSnappy, encodeSnappy } from "./snappy-frame.ts";

/** Bytes that one record batch may have after decompression; ten times what the largest batch of a topic may be. */
const MAX_BATCH_BYTES = 128 * 1024 * 1024;

export type CodecName = "gzip" | "snappy" | "lz4" | "zstd";

export interface Codec {
  compress(plain: Buffer): Buffer;
  /** @throws DashstreamError `protocol_error` if `packed` is malformed or larger than `maxBytes` decoded */
  decompress(packed: Buffer, maxBytes?: number): Buffer;
}

function refusing(name: string, maxBytes: number, run: () => Buffer): Buffer {
  try {
    return run();
  } catch (cause) {
    throw new DashstreamError(
      "protocol_error",
      `${name} data is malformed or exceeds ${maxBytes} bytes decoded`,
      {
        cause,
      },
    );
  }
}

export const CODECS: Readonly<Record<CodecName, Codec>> = {
  gzip: {
    compress: (plain) => gzipSync(plain),
    decompress: (packed, maxBytes = MAX_BATCH_BYTES) =>
      refusing("gzip", maxBytes, () => gunzipSync(packed, { maxOutputLength: maxBytes })),
  },
  snappy: {
    compress: encodeSnappy,
    decompress: (packed, maxBytes = MAX_BATCH_BYTES) => decodeSnappy(packed, maxBytes),
  },
  lz4: {
    compress: encodeLz4Frame,
    decompress: (packed, maxBytes = MAX_BATCH_BYTES) => decodeLz4Frame(packed, maxBytes),
  },
  zstd: {
    compress: (plain) => zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
    decompress: (packed, maxBytes = MAX_BATCH_BYTES) =>
      refusing("zstd", maxBytes, () => zstdDecompressSync(packed, { maxOutputLength: maxBytes })),
  },
};

/** Inflates the records of a batch. @throws DashstreamError `protocol_error` if they are malformed or too large */
export const decompress: CodecFunction = (codec, data) =>
  codec === "none" ? data : CODECS[codec].decompress(data);

/** Makes kafkajs read and write all four codecs. Calling it again changes nothing. */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.GZIP] = () => forKafkajs(CODECS.gzip);
  CompressionCodecs[CompressionTypes.Snappy] = () => forKafkajs(CODECS.snappy);
  CompressionCodecs[CompressionTypes.LZ4] = () => forKafkajs(CODECS.lz4);
  CompressionCodecs[CompressionTypes.ZSTD] = () => forKafkajs(CODECS.zstd);
}

function forKafkajs(codec: Codec) {
  return {
    compress: async (encoder: { readonly buffer: Buffer }) => codec.compress(encoder.buffer),
    decompress: async (packed: Buffer) => codec.decompress(packed),
  };
}
