// The records inside a batch: reading them, and building whole batches.

import { DashstreamError } from "../errors.ts";
import { crc32c } from "../wire/crc32c.ts";
import { COMPRESSION_CODECS, type CodecFunction, type CompressionCodec, codecOf } from "./compression.ts";
import { Reader } from "./reader.ts";
import {
  ATTRIBUTE_CONTROL,
  ATTRIBUTE_LOG_APPEND_TIME,
  BATCH_HEADER_BYTES,
  BATCH_MAGIC,
  type BatchHeader,
  CRC_FROM,
} from "./record-batch.ts";
import { Writer } from "./writer.ts";

export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

export interface KafkaRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

/** A record that has no offset yet. */
export interface NewRecord {
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: readonly RecordHeader[];
}

function readVarBytes(reader: Reader): Buffer | null {
  const length = reader.varint();
  return length < 0 ? null : reader.view(length);
}

function readRecord(reader: Reader, batch: BatchHeader): KafkaRecord {
  const end = reader.varint() + reader.position;
  reader.int8();
  const timestampDelta = reader.varint();
  const offsetDelta = reader.varint();
  const key = readVarBytes(reader);
  const value = readVarBytes(reader);
  const headers: RecordHeader[] = [];
  for (let left = reader.varint(); left > 0; left--) {
    const name = readVarBytes(reader);
    if (name === null) throw new DashstreamError("protocol_error", "record header key must not be null");
    headers.push({ key: name.toString("utf8"), value: readVarBytes(reader) });
  }
  if (reader.position !== end) {
    const expected = `expected its end at ${end}, found it at ${reader.position}`;
    throw new DashstreamError("protocol_error", `record ${batch.baseOffset + offsetDelta}: ${expected}`);
  }
  const appendTime = (batch.attributes & ATTRIBUTE_LOG_APPEND_TIME) !== 0;
  return {
    offset: batch.baseOffset + offsetDelta,
    timestampMs: appendTime ? batch.maxTimestampMs : batch.baseTimestampMs + timestampDelta,
    key,
    value,
    headers,
  };
}

/**
 * The records of a batch, in offset order; keys and values are views. The checksum is not looked at
 * (`hasValidCrc` does that).
 * @throws DashstreamError `protocol_error` for an unknown codec or a malformed record
 */
export function decodeRecords(
  buffer: Buffer,
  batch: BatchHeader,
  decompress: CodecFunction,
): readonly KafkaRecord[] {
  const codec = codecOf(batch.attributes);
  if (codec === null) {
    const id = batch.attributes & 0x07;
    throw new DashstreamError("protocol_error", `batch ${batch.baseOffset}: unknown compression codec ${id}`);
  }
  const payload = buffer.subarray(batch.position + BATCH_HEADER_BYTES, batch.position + batch.sizeBytes);
  const reader = new Reader(codec === "none" ? payload : decompress(codec, payload));
  const records: KafkaRecord[] = [];
  for (let i = 0; i < batch.recordCount; i++) records.push(readRecord(reader, batch));
  return records;
}

function writeVarBytes(writer: Writer, value: Uint8Array | null): void {
  writer.varint(value === null ? -1 : value.length);
  if (value !== null) writer.raw(value);
}

function writeRecord(writer: Writer, record: NewRecord, offsetDelta: number, baseTimestampMs: number): void {
  const body = new Writer(64 + (record.key?.length ?? 0) + (record.value?.length ?? 0));
  body.int8(0);
  body.varint(record.timestampMs - baseTimestampMs);
  body.varint(offsetDelta);
  writeVarBytes(body, record.key);
  writeVarBytes(body, record.value);
  const headers = record.headers ?? [];
  body.varint(headers.length);
  for (const header of headers) {
    writeVarBytes(body, Buffer.from(header.key, "utf8"));
    writeVarBytes(body, header.value);
  }
  writer.varint(body.length);
  writer.raw(body.finish());
}

export interface BatchOptions {
  readonly baseOffset?: number;
  /** With `compress`; default `none`. */
  readonly codec?: CompressionCodec;
  readonly compress?: CodecFunction;
  /** Makes it a control batch, which consumers skip. */
  readonly control?: boolean;
  /** Identity of an idempotent producer; default none. */
  readonly producer?: { readonly id: number; readonly epoch: number; readonly baseSequence: number };
}

/**
 * One batch with these records, ready to be sent.
 * @throws DashstreamError `invariant` without records, or with a codec and no way to compress
 */
export function encodeBatch(records: readonly NewRecord[], options: BatchOptions = {}): Buffer {
  const first = records[0];
  if (!first) throw new DashstreamError("invariant", "a record batch needs at least one record");
  const codec = options.codec ?? "none";
  const attributes = COMPRESSION_CODECS.indexOf(codec) | (options.control ? ATTRIBUTE_CONTROL : 0);
  const producer = options.producer ?? { id: -1, epoch: -1, baseSequence: -1 };
  const maxTimestampMs = records.reduce(
    (max, record) => Math.max(max, record.timestampMs),
    first.timestampMs,
  );

  const writer = new Writer(1024);
  writer.int64(options.baseOffset ?? 0);
  writer.int32(0); // length, below
  writer.int32(-1); // the leader's epoch, assigned by the broker
  writer.int8(BATCH_MAGIC);
  writer.uint32(0); // checksum, below
  writer.int16(attributes);
  writer.int32(records.length - 1);
  writer.int64(first.timestampMs);
  writer.int64(maxTimestampMs);
  writer.int64(producer.id);
  writer.int16(producer.epoch);
  writer.int32(producer.baseSequence);
  writer.int32(records.length);
  writer.raw(encodeRecords(records, first.timestampMs, codec, options.compress));
  writer.patchInt32(8, writer.length - 12);
  const batch = writer.finish();
  batch.writeUInt32BE(crc32c(batch, CRC_FROM), 17);
  return batch;
}

function encodeRecords(
  records: readonly NewRecord[],
  baseTimestampMs: number,
  codec: CompressionCodec,
  compress: CodecFunction | undefined,
): Buffer {
  const body = new Writer(1024);
  records.forEach((record, index) => {
    writeRecord(body, record, index, baseTimestampMs);
  });
  if (codec === "none") return body.finish();
  if (!compress) throw new DashstreamError("invariant", `codec ${codec} given without a way to compress`);
  return compress(codec, body.finish());
}
