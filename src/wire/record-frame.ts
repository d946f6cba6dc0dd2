// The binary frames of the second protocol (proto/dashstream_stream.proto): many records in one WebSocket message.
// Written by hand for speed, byte for byte as a protobuf encoder writes them; read with every promise checked.
// Runs in browsers.

import { DashstreamError, describeError } from "../errors.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import { numberBytes, varintBytes, writeNumber, writeVarint } from "./varint.ts";

/** First byte of a frame: what follows it. */
export const PLAIN_RECORDS = 0x00;
export const ZSTD_RECORDS = 0x01;

/** A Kafka value and where it stands in its partition. */
export interface FrameRecord {
  /** 0 to 2^53-1. */
  readonly offset: number;
  /** With its framing byte. */
  readonly value: Uint8Array;
}

/** What a frame says of one partition. */
export interface PartitionRecords {
  /** 0 to 2^31-1, at most once in a frame. */
  readonly partition: number;
  /** By rising offsets; none if only the cursor moves. */
  readonly records: readonly FrameRecord[];
  /** The cursor after this frame: at least the offset of the last record. */
  readonly lastOffset: number;
}

const MAX_PARTITION = 2 ** 31 - 1;
const MAX_DELTA = 2 ** 32 - 1;

/** Field number times 8 plus wire type. */
const Tag = {
  PARTITIONS: 0x0a,
  PARTITION: 0x08,
  BASE: 0x10,
  DELTAS: 0x1a,
  VALUES: 0x22,
  LAST: 0x28,
} as const;
/** A delta that was not packed, which readers of proto3 take too. */
const SINGLE_DELTA = 0x18;

/**
 * A plain frame of these records, in one allocation; each value is copied once.
 * @throws DashstreamError `message_invalid` for what no frame can hold: offsets that do not rise or that differ by
 * 2^32 or more, a partition that comes twice, numbers out of range
 */
export function encodeRecordFrame(parts: readonly PartitionRecords[]): Uint8Array<ArrayBuffer> {
  refuseRepeated(parts);
  const sizes = parts.map(measure);
  let total = 1;
  for (const { bodyBytes } of sizes) total += 1 + varintBytes(bodyBytes) + bodyBytes;
  const out = new Uint8Array(total);
  out[0] = PLAIN_RECORDS;
  let at = 1;
  for (let i = 0; i < parts.length; i++)
    at = writePart(out, at, parts[i] as PartitionRecords, sizes[i] as Size);
  return out;
}

interface Size {
  readonly deltaBytes: number;
  readonly bodyBytes: number;
}

/** Sizes of the fields of a partition; on the way everything about it is checked. */
function measure({ partition, records, lastOffset }: PartitionRecords): Size {
  if (!isCount(partition, MAX_PARTITION))
    unencodable(`partition is ${partition}, expected 0 to ${MAX_PARTITION}`);
  const base = records[0]?.offset ?? 0;
  if (!isCount(base)) unencodable(`offset of partition ${partition} is ${base}, expected 0 to 2^53-1`);
  let previous = base;
  let deltaBytes = 0;
  let valueBytes = 0;
  for (let i = 0; i < records.length; i++) {
    const { offset, value } = records[i] as FrameRecord;
    const delta = offset - previous;
    if (i > 0 && !(delta > 0 && isCount(delta, MAX_DELTA))) {
      unencodable(
        `offset ${offset} of partition ${partition} comes after ${previous}, expected 1 to ${MAX_DELTA} more`,
      );
    }
    previous = offset;
    deltaBytes += varintBytes(delta);
    valueBytes += 1 + varintBytes(value.length) + value.length;
  }
  if (!isCount(lastOffset) || lastOffset < previous) {
    unencodable(`lastOffset of partition ${partition} is ${lastOffset}, expected ${previous} to 2^53-1`);
  }
  const packedBytes = records.length === 0 ? 0 : 1 + varintBytes(deltaBytes) + deltaBytes;
  const bodyBytes =
    numberBytes(partition) + numberBytes(base) + packedBytes + valueBytes + numberBytes(lastOffset);
  return { deltaBytes, bodyBytes };
}

function writePart(out: Uint8Array, start: number, part: PartitionRecords, size: Size): number {
  const { partition, records, lastOffset } = part;
  out[start] = Tag.PARTITIONS;
  let at = writeVarint(out, start + 1, size.bodyBytes);
  at = writeNumber(out, at, Tag.PARTITION, partition);
  let previous = records[0]?.offset ?? 0;
  at = writeNumber(out, at, Tag.BASE, previous);
  if (records.length > 0) {
    out[at] = Tag.DELTAS;
    at = writeVarint(out, at + 1, size.deltaBytes);
  }
  for (let i = 0; i < records.length; i++) {
    const { offset } = records[i] as FrameRecord;
    at = writeVarint(out, at, offset - previous);
    previous = offset;
  }
  for (let i = 0; i < records.length; i++) {
    const { value } = records[i] as FrameRecord;
    out[at] = Tag.VALUES;
    at = writeVarint(out, at + 1, value.length);
    out.set(value, at);
    at += value.length;
  }
  return writeNumber(out, at, Tag.LAST, lastOffset);
}

function refuseRepeated(parts: readonly PartitionRecords[]): void {
  if (parts.length < 2) return;
  const seen = new Set<number>();
  for (const { partition } of parts) {
    if (seen.has(partition)) unencodable(`partition ${partition} comes twice, expected once`);
    seen.add(partition);
  }
}

function isCount(value: number, max: number = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

function unencodable(detail: string): never {
  throw new DashstreamError("message_invalid", `record frame: ${detail}`);
}

/** Gives the content of one zstd frame. What it throws ends up as the cause of a `protocol_error`. */
export type FrameDecompressor = (frame: Uint8Array) => Uint8Array;

/**
 * The partitions of a frame in their order. Values are views of `bytes` (of the decompressed frame if it was
 * compressed), so one that is kept keeps its whole frame.
 * @param decompress without it a compressed frame is refused
 * @throws DashstreamError `protocol_error` naming field and position of what breaks the format or its promises
 */
export function decodeRecordFrame(
  bytes: Uint8Array,
  decompress?: FrameDecompressor,
): readonly PartitionRecords[] {
  const { content, start: first } = contentOf(bytes, decompress);
  const reader = new ProtobufReader("record frame", content, first);
  const parts: PartitionRecords[] = [];
  const seen = new Set<number>();
  while (reader.at < reader.end) {
    const start = reader.at;
    const tag = reader.tag("partitions");
    if (tag !== Tag.PARTITIONS) {
      reader.skip(tag, start, "partitions", { 1: 2 });
      continue;
    }
    const field = `partitions[${parts.length}]`;
    const part = readPart(reader.message(field), field, start);
    if (seen.has(part.partition))
      reader.fail(`${field}.partition`, start, `${part.partition} comes twice, expected once`);
    seen.add(part.partition);
    parts.push(part);
  }
  return parts;
}

/** Where the protobuf message is. */
function contentOf(
  bytes: Uint8Array,
  decompress: FrameDecompressor | undefined,
): { readonly content: Uint8Array; readonly start: number } {
  const first = bytes[0];
  if (first === PLAIN_RECORDS) return { content: bytes, start: 1 };
  if (first !== ZSTD_RECORDS) {
    const found = first === undefined ? "nothing" : `0x${first.toString(16).padStart(2, "0")}`;
    throw broken(`byte 0 is ${found}, expected 0x00 (plain) or 0x01 (zstd)`);
  }
  if (decompress === undefined) throw broken("byte 0 is 0x01 (zstd), but no compression was asked for");
  try {
    return { content: decompress(bytes.subarray(1)), start: 0 };
  } catch (cause) {
    throw broken(`its zstd content cannot be read: ${describeError(cause)}`, cause);
  }
}

function broken(detail: string, cause?: unknown): DashstreamError {
  return new DashstreamError("protocol_error", `record frame: ${detail}`, { cause });
}

const WIRE_TYPES: Readonly<Record<number, number>> = { 1: 0, 2: 0, 3: 2, 4: 2, 5: 0 };

function readPart(reader: ProtobufReader, field: string, start: number): PartitionRecords {
  let [partition, base, lastOffset] = [0, 0, 0];
  const deltas: number[] = [];
  const values: Uint8Array[] = [];
  const readDelta = (from: ProtobufReader) => {
    deltas.push(from.varint(`${field}.offset_deltas`, MAX_DELTA));
  };
  while (reader.at < reader.end) {
    const at = reader.at;
    const tag = reader.tag(field);
    switch (tag) {
      case Tag.PARTITION:
        partition = reader.varint(`${field}.partition`, MAX_PARTITION);
        break;
      case Tag.BASE:
        base = reader.varint(`${field}.base_offset`);
        break;
      case SINGLE_DELTA:
        readDelta(reader);
        break;
      case Tag.DELTAS: {
        const packed = reader.message(`${field}.offset_deltas`);
        while (packed.at < packed.end) readDelta(packed);
        break;
      }
      case Tag.VALUES:
        values.push(reader.bytes(`${field}.values`));
        break;
      case Tag.LAST:
        lastOffset = reader.varint(`${field}.last_offset`);
        break;
      default:
        reader.skip(tag, at, field, WIRE_TYPES);
    }
  }
  if (deltas.length !== values.length) {
    reader.fail(
      `${field}.offset_deltas`,
      start,
      `${deltas.length} for ${values.length} values, expected one each`,
    );
  }
  const records = placed(reader, field, start, base, deltas, values);
  const highest = records.at(-1)?.offset ?? 0;
  if (lastOffset < highest) {
    reader.fail(`${field}.last_offset`, start, `is ${lastOffset}, expected ${highest} or more`);
  }
  return { partition, records, lastOffset };
}

/** Values with the offsets that the deltas give them. */
function placed(
  reader: ProtobufReader,
  field: string,
  start: number,
  base: number,
  deltas: readonly number[],
  values: readonly Uint8Array[],
): readonly FrameRecord[] {
  let offset = base;
  return values.map((value, i) => {
    const delta = deltas[i] as number;
    if (i === 0 ? delta !== 0 : delta === 0) {
      const expected = i === 0 ? "0 for the first" : "1 or more, because offsets rise";
      reader.fail(`${field}.offset_deltas[${i}]`, start, `is ${delta}, expected ${expected}`);
    }
    // Beyond 2^53-1 it is above any last_offset, which is checked.
    offset += delta;
    return { offset, value };
  });
}
