// Reads bad records again where they came from. Letters that fail together lie close together, so places near each
// other are read in one go.

import { DashstreamError } from "../errors.ts";
import type { RecordPlace } from "./letter.ts";
import type { RecordReader } from "./read-letters.ts";
import { type StoredRecord, storedRecord } from "./stored-record.ts";

/** Records between two wanted ones that are rather read than asked for separately. */
const MAX_GAP_RECORDS = 200;

/**
 * The records at `places`, by `placeKey`. One that Kafka does not have any more is absent.
 * @throws DashstreamError as the reader does, except `kafka_topic_missing`
 */
export async function readSourceRecords(
  reader: RecordReader,
  places: readonly RecordPlace[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, StoredRecord>> {
  const found = new Map<string, StoredRecord>();
  for (const stretch of stretches(places)) {
    const wanted = new Set(stretch.map(({ offset }) => offset));
    for await (const record of recordsOf(reader, stretch, signal)) {
      if (wanted.has(record.offset)) found.set(placeKey(record), detached(record));
    }
  }
  return found;
}

/** One text for one place; for people too. */
export function placeKey({ topic, partition, offset }: RecordPlace): string {
  return `${topic}-${partition}-${offset}`;
}

/** Places of one partition each, in order, without large gaps. */
function stretches(places: readonly RecordPlace[]): readonly (readonly RecordPlace[])[] {
  const ordered = [...places].sort(
    (a, b) => compare(a.topic, b.topic) || a.partition - b.partition || a.offset - b.offset,
  );
  const result: RecordPlace[][] = [];
  for (const place of ordered) {
    const current = result.at(-1);
    const last = current?.at(-1);
    const continues =
      last?.topic === place.topic &&
      last.partition === place.partition &&
      place.offset - last.offset <= MAX_GAP_RECORDS;
    if (continues) current?.push(place);
    else result.push([place]);
  }
  return result;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function* recordsOf(
  reader: RecordReader,
  stretch: readonly RecordPlace[],
  signal?: AbortSignal,
): AsyncGenerator<StoredRecord> {
  const [first, last] = [stretch[0], stretch.at(-1)];
  if (first === undefined || last === undefined) return;
  const { topic, partition } = first;
  try {
    for await (const page of reader.read(topic, partition, first.offset, last.offset + 1, signal)) {
      for (const message of page) yield storedRecord(topic, partition, message);
    }
  } catch (error) {
    // A source that was deleted has none of its records.
    if (!(error instanceof DashstreamError) || error.code !== "kafka_topic_missing") throw error;
  }
}

/** A copy, because a view would keep its whole page in memory. */
function detached(record: StoredRecord): StoredRecord {
  const copy = (bytes: Buffer | null) => (bytes === null ? null : Buffer.from(bytes));
  return {
    ...record,
    key: copy(record.key),
    value: copy(record.value),
    headers: record.headers.map(([name, value]) => [name, copy(value)]),
  };
}
