// The codec ids in the low three bits of a record batch's attributes.

export const COMPRESSION_CODECS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
export type CompressionCodec = (typeof COMPRESSION_CODECS)[number];

/** The codec that the attributes of a batch name, or `null` for ids that Kafka does not define. */
export function codecOf(attributes: number): CompressionCodec | null {
  return COMPRESSION_CODECS[attributes & 0x07] ?? null;
}

/** Inflates or deflates the records of a batch. */
export type CodecFunction = (codec: CompressionCodec, data: Buffer) => Buffer;
