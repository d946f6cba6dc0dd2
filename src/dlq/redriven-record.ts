// What a redriven record looks like: the original one with its id and one hop more, and without anything that the
// writers of dead letters added on the way.

import { HOPS_HEADER, RECORD_ID_HEADER } from "../stream/redrive-headers.ts";
import type { WritableRecord } from "../stream/topic-writer.ts";
import type { OriginalRecord } from "./original-record.ts";
import { isAddedByWriter } from "./read-letter.ts";
import { kafkaHeaders } from "./stored-record.ts";

export interface RedriveTarget {
  readonly topic: string;
  /** `null` leaves it to the key. */
  readonly partition: number | null;
}

/**
 * The record to write. It gets the time of writing, because Kafka may delete an old record before anybody has read
 * it; `keepTimestamp` gives it the original one.
 */
export function redrivenRecord(
  { key, value, headers, recordId, hops, timestampMs }: OriginalRecord,
  { partition }: RedriveTarget,
  keepTimestamp: boolean,
): WritableRecord {
  const kept = headers.filter(
    ([name]) => name !== RECORD_ID_HEADER && name !== HOPS_HEADER && !isAddedByWriter(name),
  );
  return {
    key,
    value,
    headers: {
      ...kafkaHeaders(kept),
      [RECORD_ID_HEADER]: recordId,
      [HOPS_HEADER]: String(hops + 1),
    },
    ...(partition === null ? {} : { partition }),
    ...(keepTimestamp && timestampMs !== null ? { timestamp: String(timestampMs) } : {}),
  };
}

/** Bytes of a record as far as size limits are concerned, within a few. */
export function recordBytes({ key, value, headers = {} }: WritableRecord): number {
  const names = Object.entries(headers).flatMap(([name, given]) =>
    [given].flat().map((one) => name.length + Buffer.byteLength(one)),
  );
  return Buffer.byteLength(key ?? "") + Buffer.byteLength(value ?? "") + names.reduce((a, b) => a + b, 0);
}
