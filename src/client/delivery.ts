// From what came to whoever uses the stream: each record once and in order, whatever the server repeats, and cursors that
// say exactly what was used. With a callback a record counts as used when it returns; in a loop, when the next is wanted.

import type { Fingerprint } from "../wire/fingerprint.ts";
import { BEFORE_FIRST, type Cursors } from "./cursors.ts";
import type { StreamPosition } from "./record.ts";
import type { RecordQueue } from "./record-queue.ts";
import type { OffsetsByPartition } from "./server-frame.ts";

/** What came of one partition, in one step. */
export interface Arrival<R> {
  readonly partition: number;
  /** By rising offsets. */
  readonly records: readonly R[];
  /** The cursor after these. */
  readonly cursor: number;
  /** Of the last value that came, also if a filter kept it from `records`; `null` if none did. */
  readonly last: Fingerprint | null;
}

/** Where arrivals go. */
export interface Delivery<R extends StreamPosition> {
  /** What the stream resumes after. */
  readonly received: Cursors;
  /** What was used. */
  readonly used: Cursors;
  arrive(arrival: Arrival<R>): void;
  /** The server says that it stands at least here. */
  establish(offsets: OffsetsByPartition): void;
  /** The log of the partition was made anew, and nothing of it came yet. */
  restart(partition: number): void;
}

export interface CallbackListener<R> {
  readonly onRecord: (record: R) => void;
  /** A record that came before. */
  readonly onDuplicate: (record: R) => void;
  /** Whether the stream was closed, perhaps by the callback itself. */
  readonly isClosed: () => boolean;
  /** Some records of the partition were used. */
  readonly onUsed: (partition: number, records: number) => void;
}

/** Hands each record to a callback at once. What that throws is not caught; the record then does not count as used. */
export function callbackDelivery<R extends StreamPosition>(
  cursors: Cursors,
  { onRecord, onDuplicate, isClosed, onUsed }: CallbackListener<R>,
): Delivery<R> {
  return {
    received: cursors,
    used: cursors,
    arrive({ partition, records, cursor, last }) {
      let fresh = 0;
      for (const record of records) {
        if (isClosed()) return;
        if (cursors.covers(partition, record.offset)) onDuplicate(record);
        else {
          onRecord(record);
          cursors.advance(partition, record.offset, null);
          fresh++;
        }
      }
      // What comes after a record at which the stream was closed does not count.
      if (isClosed()) return;
      cursors.advance(partition, cursor, last);
      onUsed(partition, fresh);
    },
    establish(offsets) {
      cursors.establish(offsets);
      for (const partition of offsets.keys()) onUsed(partition, 0);
    },
    restart(partition) {
      cursors.restart(partition);
      onUsed(partition, 0);
    },
  };
}

/** Puts records into a queue that a loop takes them from. */
export function queueDelivery<R extends StreamPosition>(
  received: Cursors,
  used: Cursors,
  queue: RecordQueue<R>,
  onDuplicate: (record: R) => void,
): Delivery<R> {
  return {
    received,
    used,
    arrive({ partition, records, cursor, last }) {
      const fresh: R[] = [];
      for (const record of records) {
        if (received.covers(partition, record.offset)) onDuplicate(record);
        else fresh.push(record);
      }
      received.advance(partition, cursor, last);
      for (const [i, record] of fresh.entries()) {
        const isLast = i === fresh.length - 1;
        queue.push({
          record,
          partition,
          cursor: isLast ? cursor : record.offset,
          last: isLast ? last : null,
        });
      }
      if (fresh.length === 0) queue.push({ record: null, partition, cursor, last });
    },
    establish(offsets) {
      received.establish(offsets);
      for (const [partition, cursor] of offsets) queue.push({ record: null, partition, cursor, last: null });
    },
    restart(partition) {
      received.restart(partition);
      queue.push({ record: null, partition, cursor: BEFORE_FIRST, last: null, restart: true });
    },
  };
}
