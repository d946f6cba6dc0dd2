// Writes records to one client: those that it does not have, that its filter lets pass and that its resume asked for.

import type { RecordFilter } from "../../wire/stream-filter.ts";
import type { CatchUp } from "./catch-up.ts";
import type { Outlet } from "./outlet.ts";
import type { DescribeRecord } from "./record-details.ts";
import type { RecordWindow } from "./record-window.ts";
import { isReplayed, type Replay } from "./replay.ts";
import type { SentOffsets } from "./sent-offsets.ts";

/** One write holds about this many bytes at most, so that clients take turns. */
const CHUNK_BYTES = 256 * 1024;
/** Records that one write looks at, at most; a filter may let few of them pass. */
const CHUNK_LOOKS = 2048;

export interface WriterParts {
  readonly outlet: Outlet;
  readonly sent: SentOffsets;
  readonly describe: DescribeRecord;
  /** Told of each record that goes out. */
  readonly onSent: (partition: number, offset: number) => void;
}

/** What to write. */
export interface WriteOrder {
  readonly window: RecordWindow;
  readonly from: number;
  readonly end: number;
  readonly maxRecords: number;
  /** Partitions that are passed over, because their records come from elsewhere. */
  readonly elsewhere: CatchUp | null;
  readonly replay: Replay | null;
}

export interface WriteResult {
  /** Position after the last record looked at. */
  readonly reached: number;
  readonly records: number;
  /** The socket refused a frame: nothing more may follow. */
  readonly refused: boolean;
}

export class RecordWriter {
  readonly #parts: WriterParts;
  filter: RecordFilter | null = null;
  /** Partitions in which a filter left records out since the client last heard of its cursor there. */
  readonly #silent = new Set<number>();

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Whether it may leave out much of what it looks at. */
  isSelective(replay: Replay | null): boolean {
    return this.filter !== null || replay?.threads != null;
  }

  write({ window, from, end, maxRecords, elsewhere, replay }: WriteOrder): WriteResult {
    const { outlet, sent, onSent } = this.#parts;
    const selective = this.isSelective(replay);
    const limit = Math.min(end, from + CHUNK_LOOKS);
    let position = from;
    let records = 0;
    let replayed = 0;
    let bytes = 0;
    let whole = true;
    for (; position < limit && records < maxRecords && bytes < CHUNK_BYTES; position++) {
      const partition = window.partitionAt(position);
      const offset = window.offsetAt(position);
      if (elsewhere?.has(partition) || !sent.take(partition, offset)) {
        whole = false;
        continue;
      }
      const isReplay = replay !== null && isReplayed(replay, partition, offset);
      if (selective && !this.#selects(window, position, partition, isReplay ? replay : null)) continue;
      if (!outlet.add(window, position)) return { reached: position + 1, records, refused: true };
      bytes += window.valueAt(position).length;
      records++;
      onSent(partition, offset);
      if (!isReplay) continue;
      replay.lastOffsets.set(partition, offset);
      replayed++;
    }
    if (replay) replay.sentCount += replayed;
    // A resume by thread leaves records out that others with the same filter get.
    const refused =
      records > 0 && !outlet.end({ window, from, to: position, whole: whole && !replay?.threads });
    return { reached: position, records, refused };
  }

  /** Cursors that moved over records which the filter left out, since this was last asked. */
  takeProgress(): ReadonlyMap<number, number> {
    const partitions = this.filter === null ? [] : [...this.#silent];
    this.#silent.clear();
    return new Map(partitions.map((partition) => [partition, this.#parts.sent.floor(partition)]));
  }

  /** Offsets of the partition start over. */
  forget(partition: number): void {
    this.#silent.delete(partition);
  }

  #selects(window: RecordWindow, position: number, partition: number, replay: Replay | null): boolean {
    const details = window.detailsAt(position, this.#parts.describe);
    const passes = this.filter === null || this.filter(details.kind, details.headers);
    const selected = passes && (replay?.threads == null || replay.threads.wants(details));
    if (selected) this.#silent.delete(partition);
    else this.#silent.add(partition);
    return selected;
  }
}
