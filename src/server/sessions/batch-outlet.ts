// The second protocol: the records of one write leave in one frame, binary or JSON, grouped by partition.

import type { PeerSocket } from "../../runtime/http.ts";
import { compressFrame } from "../../wire/compressed-record-frame.ts";
import { Inspector } from "../../wire/inspector.ts";
import { jsonMessage, jsonValue } from "../../wire/message-json.ts";
import { decodeMessage } from "../../wire/messages.ts";
import { encodeRecordFrame, type FrameRecord, type PartitionRecords } from "../../wire/record-frame.ts";
import type { Frame, FrameCache } from "./frame-cache.ts";
import type { Outlet, WrittenSpan } from "./outlet.ts";
import type { RecordWindow } from "./record-window.ts";

/** What a client chose; changes hold for the frames that come after. */
export interface FrameChoice {
  /** The same text for clients whose filters let the same pass; empty = no filter. */
  filterKey: string;
  compression: "none" | "zstd";
}

export type EncodeFrame = (parts: readonly PartitionRecords[], choice: FrameChoice) => Frame;

const CHUNK_RECORDS = 512;

/** `format` tells the frames of different encoders apart. */
export function batchOutlet(
  socket: PeerSocket,
  frames: FrameCache,
  format: string,
  encode: EncodeFrame,
  choice: FrameChoice,
): Outlet {
  const picked: number[] = [];
  return {
    chunkRecords: CHUNK_RECORDS,
    add(_, position) {
      picked.push(position);
      return true;
    },
    end({ window, from, to, whole }: WrittenSpan) {
      const positions = picked.splice(0);
      const make = () => framesOf(window, positions).map((parts) => encode(parts, choice));
      const key = `${format} ${choice.compression} ${from} ${to} ${choice.filterKey}`;
      const made = whole ? frames.frames(window, key, make) : make();
      return made.every((frame) => socket.send(frame) !== "dropped");
    },
  };
}

/** Offsets of a partition in one frame differ by less than this from one to the next. */
const MAX_STEP = 2 ** 32;

/** One frame, unless a partition has a hole in it that no frame can hold. */
function framesOf(
  window: RecordWindow,
  positions: readonly number[],
): readonly (readonly PartitionRecords[])[] {
  const frames: (readonly PartitionRecords[])[] = [];
  let partitions = new Map<number, FrameRecord[]>();
  for (const position of positions) {
    const partition = window.partitionAt(position);
    const record = { offset: window.offsetAt(position), value: window.valueAt(position) };
    const before = partitions.get(partition)?.at(-1)?.offset ?? record.offset;
    if (record.offset - before >= MAX_STEP) {
      frames.push(partsOf(partitions));
      partitions = new Map();
    }
    const records = partitions.get(partition);
    if (records) records.push(record);
    else partitions.set(partition, [record]);
  }
  return [...frames, partsOf(partitions)];
}

function partsOf(partitions: ReadonlyMap<number, readonly FrameRecord[]>): readonly PartitionRecords[] {
  return [...partitions].map(([partition, records]) => ({
    partition,
    records,
    lastOffset: records.at(-1)?.offset ?? 0,
  }));
}

export function encodeBinary(parts: readonly PartitionRecords[], { compression }: FrameChoice): Frame {
  const frame = encodeRecordFrame(parts);
  return compression === "zstd" ? compressFrame(frame) : frame;
}

/** For values that were judged deliverable. */
export function jsonEncoder(maxPayloadBytes: number): EncodeFrame {
  const inspector = new Inspector({ maxPayloadBytes, schemaPolicy: "forward" });
  const toMessage = (value: Uint8Array): object => {
    inspector.inspect(Buffer.from(value.buffer, value.byteOffset, value.length));
    const decoded = decodeMessage(inspector.protobuf);
    return decoded.ok
      ? jsonMessage(decoded.message)
      : { kind: "unreadable", message: { error: decoded.error } };
  };
  return (parts) =>
    JSON.stringify(
      {
        type: "records",
        partitions: parts.map(({ partition, records, lastOffset }) => ({
          partition,
          lastOffset: String(lastOffset),
          records: records.map(({ offset, value }) => ({ offset: String(offset), ...toMessage(value) })),
        })),
      },
      jsonValue,
    );
}
