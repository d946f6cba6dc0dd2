// Record batches, format 2 (KIP-98), seen from outside: a batch is known by its 61-byte header, and walked over,
// checked and renumbered without touching its records.

import { crc32c } from "../wire/crc32c.ts";

/** Bytes of the header, up to the first record. */
export const BATCH_HEADER_BYTES = 61;
export const BATCH_MAGIC = 2;

/** Base offset and length, which the length field does not count. */
const LENGTH_PREFIX_BYTES = 12;
const CRC_AT = 17;
/** The checksum covers everything from the attributes on. */
export const CRC_FROM = 21;
const TWO_POW_32 = 0x1_0000_0000;

/** Bits of the attributes; the codec is in the low three. */
export const ATTRIBUTE_LOG_APPEND_TIME = 0x08;
const ATTRIBUTE_TRANSACTIONAL = 0x10;
export const ATTRIBUTE_CONTROL = 0x20;

/** The header of one batch inside a buffer that may hold many. */
export interface BatchHeader {
  /** Where the batch begins in the buffer it was read from. */
  readonly position: number;
  /** Size of the whole batch, header included. */
  readonly sizeBytes: number;
  readonly baseOffset: number;
  readonly partitionLeaderEpoch: number;
  readonly magic: number;
  readonly crc: number;
  readonly attributes: number;
  /** Offset of the last record, relative to `baseOffset`; compaction may leave holes below it. */
  readonly lastOffsetDelta: number;
  readonly baseTimestampMs: number;
  readonly maxTimestampMs: number;
  /** -1 without an idempotent producer. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

function readInt64(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * TWO_POW_32 + buffer.readUInt32BE(at + 4);
}

/** The batch that begins at `position`, or `null` if it is not there in full. */
export function readBatchHeader(buffer: Buffer, position: number): BatchHeader | null {
  if (position + BATCH_HEADER_BYTES > buffer.length) return null;
  const sizeBytes = LENGTH_PREFIX_BYTES + buffer.readInt32BE(position + 8);
  if (sizeBytes < BATCH_HEADER_BYTES || position + sizeBytes > buffer.length) return null;
  return {
    position,
    sizeBytes,
    baseOffset: readInt64(buffer, position),
    partitionLeaderEpoch: buffer.readInt32BE(position + 12),
    magic: buffer.readInt8(position + 16),
    crc: buffer.readUInt32BE(position + CRC_AT),
    attributes: buffer.readInt16BE(position + CRC_FROM),
    lastOffsetDelta: buffer.readInt32BE(position + 23),
    baseTimestampMs: readInt64(buffer, position + 27),
    maxTimestampMs: readInt64(buffer, position + 35),
    producerId: readInt64(buffer, position + 43),
    producerEpoch: buffer.readInt16BE(position + 51),
    baseSequence: buffer.readInt32BE(position + 53),
    recordCount: buffer.readInt32BE(position + 57),
  };
}

/**
 * Walks over the batches of a fetched or produced buffer. Ends at the first batch that is not there in full:
 * brokers may cut the last one of a fetch.
 */
export function* walkBatches(buffer: Buffer): Generator<BatchHeader, void, undefined> {
  for (let position = 0; ; ) {
    const header = readBatchHeader(buffer, position);
    if (header === null) return;
    yield header;
    position += header.sizeBytes;
  }
}

/** Whether the checksum of the batch is the one of its bytes. */
export function hasValidCrc(buffer: Buffer, header: BatchHeader): boolean {
  return crc32c(buffer, header.position + CRC_FROM, header.position + header.sizeBytes) === header.crc;
}

export function isControlBatch(header: BatchHeader): boolean {
  return (header.attributes & ATTRIBUTE_CONTROL) !== 0;
}

export function isTransactionalBatch(header: BatchHeader): boolean {
  return (header.attributes & ATTRIBUTE_TRANSACTIONAL) !== 0;
}

/** Writes what the leader assigns. Neither field is covered by the checksum. */
export function assignOffset(
  buffer: Buffer,
  position: number,
  baseOffset: number,
  partitionLeaderEpoch: number,
): void {
  const high = Math.floor(baseOffset / TWO_POW_32);
  buffer.writeInt32BE(high, position);
  buffer.writeUInt32BE(baseOffset - high * TWO_POW_32, position + 4);
  buffer.writeInt32BE(partitionLeaderEpoch, position + 12);
}
