// The records of one write as the bytes that the script reads.

import { boundThreadId } from "../../stream/thread-id.ts";
import { THREAD_VALUE_HEADER_BYTES, threadKeyPart } from "./redis-keys.ts";

/** A thread of a record, with the highest of its sequence numbers in there. */
export interface ReplayThread {
  /** As on the wire; empty = no thread. */
  readonly threadId: string;
  readonly sequence: number;
}

/** A deliverable record. */
export interface WrittenRecord {
  readonly offset: number;
  readonly value: Uint8Array;
  readonly threads: readonly ReplayThread[];
}

/** All deliverable records of a partition with `fromOffset` <= offset < `nextOffset`; there may be none. */
export interface ReplayBatch {
  readonly partition: number;
  readonly fromOffset: number;
  readonly nextOffset: number;
  readonly records: readonly WrittenRecord[];
}

/** Bytes of the values of a batch. */
export function valueBytes({ records }: ReplayBatch): number {
  let bytes = 0;
  for (const { value } of records) bytes += value.length;
  return bytes;
}

/** No number has more digits, however large it is. */
const MAX_NUMBER_CHARS = 25;
const RECORD_BYTES = 1 + MAX_NUMBER_CHARS + 4 + THREAD_VALUE_HEADER_BYTES + 2;
const THREAD_BYTES = 2 + 1 + MAX_NUMBER_CHARS;

/**
 * For each record, little-endian: length (1 byte) and digits of its offset, length (4) and bytes of its value, the
 * header of its values under threads (12), the number of its threads (2); for each of those length (2) and text of its
 * part of the key, length (1) and digits of its sequence number.
 */
export function packRecords({ partition, records }: ReplayBatch): Buffer {
  const threads = records.map((record) => namedThreads(record.threads));
  let size = 0;
  for (const { value } of records) size += RECORD_BYTES + value.length;
  for (const { name } of threads.flat()) size += THREAD_BYTES + name.length;
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  const text = (digits: string) => {
    bytes[at++] = digits.length;
    at += bytes.write(digits, at, "latin1");
  };
  records.forEach(({ offset, value }, index) => {
    text(String(offset));
    at = bytes.writeUInt32LE(value.length, at);
    bytes.set(value, at);
    at += value.length;
    at = bytes.writeInt32LE(partition, at);
    at = bytes.writeUInt32LE(offset % TWO_32, at);
    at = bytes.writeUInt32LE(Math.floor(offset / TWO_32), at);
    const own = threads[index] ?? [];
    at = bytes.writeUInt16LE(own.length, at);
    for (const { name, sequence } of own) {
      at = bytes.writeUInt16LE(name.length, at);
      at += bytes.write(name, at, "latin1");
      text(String(sequence));
    }
  });
  return bytes.subarray(0, at);
}

const TWO_32 = 2 ** 32;
/** A record with more threads is found under the first ones. */
const MAX_THREADS = 0xffff;

interface NamedThread {
  readonly name: string;
  readonly sequence: number;
}

function namedThreads(threads: readonly ReplayThread[]): readonly NamedThread[] {
  const named: NamedThread[] = [];
  for (const { threadId, sequence } of threads) {
    const id = boundThreadId(threadId);
    if (id !== "" && named.length < MAX_THREADS) named.push({ name: threadKeyPart(id), sequence });
  }
  return named;
}
