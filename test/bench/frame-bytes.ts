// How many bytes a client must get, for receivers that only count them.

import { encodeRecordFrame } from "../../src/wire/record-frame.ts";
import { headerBytes } from "./websocket-frames.ts";

/** Of a frame without records: its kind, then tag and length of the partition. */
const LAST_FIELD_FROM = 3;
/** Field 5 of `PartitionRecords` (proto/dashstream_stream.proto), a varint. */
const LAST_OFFSET_TAG = 0x28;

/** Bytes that one client gets for offsets `from` up to `to`: a cursor and a value each, with their frame headers. */
export function frameBytes(from: number, to: number, valueBytes: number): number {
  let bytes = 0;
  for (let offset = from; offset < to; offset++) {
    const cursor = `{"type":"cursor","partition":0,"offset":"${offset}"}`.length;
    bytes += headerBytes(cursor) + cursor + headerBytes(valueBytes) + valueBytes;
  }
  return bytes;
}

/** How the binary frame ends that ends with `lastOffset`, in hex; values of the fan-out have no such bytes. */
export function lastBytesOfFrame(lastOffset: number): string {
  const frame = encodeRecordFrame([{ partition: 0, records: [], lastOffset }]);
  const start = frame.indexOf(LAST_OFFSET_TAG, LAST_FIELD_FROM);
  return Buffer.from(frame.subarray(start)).toString("hex");
}
