// The text frames with records of the JSON variant, checked as strictly as the binary ones.

import { DashstreamError } from "../errors.ts";
import { isJsonObject, wrongField } from "../wire/json-fields.ts";
import type { JsonRecord } from "./record.ts";
import { type ControlMessage, count } from "./server-frame.ts";

/** What a frame says of one partition. */
export interface JsonPartition {
  readonly partition: number;
  readonly records: readonly JsonRecord[];
  /** The cursor after this frame. */
  readonly lastOffset: number;
}

/** @throws DashstreamError `protocol_error`, naming the field */
export function parseJsonRecords(frame: ControlMessage): readonly JsonPartition[] {
  const seen = new Set<number>();
  return list(frame.partitions, "records.partitions").map((entry, i) => {
    const part = partitionOf(entry, `records.partitions[${i}]`);
    if (seen.has(part.partition))
      broken(`records.partitions[${i}].partition`, part.partition, "each partition once");
    seen.add(part.partition);
    return part;
  });
}

function partitionOf(entry: unknown, field: string): JsonPartition {
  if (!isJsonObject(entry)) return broken(field, entry, "an object");
  const partition = count(entry, "partition", field);
  const lastOffset = count(entry, "lastOffset", field);
  let before = -1;
  const records = list(entry.records, `${field}.records`).map((record, i) => {
    const at = `${field}.records[${i}]`;
    if (!isJsonObject(record)) return broken(at, record, "an object");
    const offset = count(record, "offset", at);
    if (offset <= before) return broken(`${at}.offset`, offset, `more than ${before}, because offsets rise`);
    before = offset;
    if (!isJsonObject(record.message)) return broken(`${at}.message`, record.message, "an object");
    const kind = typeof record.kind === "string" ? record.kind : null;
    return { partition, offset, kind, message: record.message };
  });
  if (lastOffset < before) return broken(`${field}.lastOffset`, lastOffset, `${before} or more`);
  return { partition, records, lastOffset };
}

function list(value: unknown, field: string): readonly unknown[] {
  return Array.isArray(value) ? value : broken(field, value, "a list");
}

function broken(field: string, value: unknown, expected: string): never {
  throw new DashstreamError("protocol_error", wrongField(field, value, expected));
}
