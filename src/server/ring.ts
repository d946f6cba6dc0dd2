// The replay buffer in memory: one bounded ring over all partitions, in order of arrival. Bounded by records and
// by bytes; values live in one arena, so that a full ring costs neither garbage collection nor the fetch
// responses that its records came from. Every client, live or replaying, is a position in this ring.

import { DashstreamError } from "../errors.ts";
import type { DescribeRecord, RecordDetails } from "./sessions/record-details.ts";
import { cursorFrame, type RecordWindow } from "./sessions/record-window.ts";

/** What the ring knows about one partition. */
export interface PartitionSpan {
  /** Every deliverable record from here up to `nextOffset` is in the ring. */
  coveredFrom: number;
  /** Offset after the last record handled. */
  nextOffset: number;
  /** Highest deliverable offset, -1 while there is none. */
  lastOffset: number;
}

export interface RingOptions {
  /** Records kept at most. */
  readonly maxRecords: number;
  /** Bytes of values kept at most; must hold at least one value of the largest permitted size. */
  readonly maxBytes: number;
}

/** Called before a record at `position` leaves the ring although a client has not passed it. */
export type LossListener = (position: number) => void;

/** Positions count records since the start of the process; they never repeat. */
export class Ring implements RecordWindow {
  readonly #maxRecords: number;
  readonly #arena: Buffer;
  readonly #mask: number;
  readonly #partitions: Int32Array;
  readonly #offsets: Float64Array;
  readonly #starts: Float64Array;
  readonly #lengths: Int32Array;
  readonly #values: (Uint8Array | undefined)[];
  readonly #cursors: (string | undefined)[];
  readonly #details: (RecordDetails | undefined)[];
  readonly #spans = new Map<number, PartitionSpan>();
  #writeAt = 0;
  #bytes = 0;
  #tail = 0;
  #head = 0;
  #lossFrom = Number.POSITIVE_INFINITY;
  #onLoss: LossListener = () => {};

  constructor(options: RingOptions) {
    if (options.maxRecords < 1 || options.maxBytes < 1) {
      throw new DashstreamError("config_invalid", "the replay ring needs room for at least one record");
    }
    const slots = 2 ** Math.ceil(Math.log2(options.maxRecords));
    this.#maxRecords = options.maxRecords;
    // Not cleared: what was not written is never read, and untouched pages cost no memory.
    this.#arena = Buffer.allocUnsafeSlow(options.maxBytes);
    this.#mask = slots - 1;
    this.#partitions = new Int32Array(slots);
    this.#offsets = new Float64Array(slots);
    this.#starts = new Float64Array(slots);
    this.#lengths = new Int32Array(slots);
    this.#values = new Array(slots);
    this.#cursors = new Array(slots);
    this.#details = new Array(slots);
  }

  /** Position of the oldest record kept. */
  get tail(): number {
    return this.#tail;
  }

  /** Position that the next record will get. */
  get head(): number {
    return this.#head;
  }

  get recordCount(): number {
    return this.#head - this.#tail;
  }

  get byteCount(): number {
    return this.#bytes;
  }

  get maxRecords(): number {
    return this.#maxRecords;
  }

  get maxBytes(): number {
    return this.#arena.length;
  }

  get spans(): ReadonlyMap<number, Readonly<PartitionSpan>> {
    return this.#spans;
  }

  /** Records at or after `position` are reported to `onLoss` before they leave; `Infinity` reports none. */
  watchLoss(position: number, onLoss: LossListener): void {
    this.#lossFrom = position;
    this.#onLoss = onLoss;
  }

  /**
   * This process will read the partition from `startOffset`. If it had read it before and another process went on
   * in between, what lies between is not in the ring, and coverage starts anew.
   */
  assign(partition: number, startOffset: number): void {
    const span = this.#spans.get(partition);
    if (span && startOffset <= span.nextOffset) return;
    const lastOffset = span?.lastOffset ?? -1;
    this.#spans.set(partition, { coveredFrom: startOffset, nextOffset: startOffset, lastOffset });
  }

  /** Position of the record with this offset, -1 if it is not in the ring. */
  find(partition: number, offset: number): number {
    for (let position = this.#head - 1; position >= this.#tail; position--) {
      if (this.partitionAt(position) !== partition) continue;
      const found = this.offsetAt(position);
      if (found <= offset) return found === offset ? position : -1;
    }
    return -1;
  }

  /** The topic was made anew: offsets start over, and what is kept of the partition belongs to the old one. */
  restart(partition: number, startOffset: number): void {
    this.clear();
    this.#spans.set(partition, { coveredFrom: startOffset, nextOffset: startOffset, lastOffset: -1 });
  }

  /** Offset below which everything of this partition was handled, or -1 if nothing is known of it. */
  nextOffset(partition: number): number {
    return this.#spans.get(partition)?.nextOffset ?? -1;
  }

  /** Records below `nextOffset` are handled, whether or not they were deliverable. */
  advance(partition: number, nextOffset: number): void {
    const span = this.#spans.get(partition);
    if (span && nextOffset > span.nextOffset) span.nextOffset = nextOffset;
  }

  /** Copies a deliverable value in. Offsets of one partition must increase. */
  append(partition: number, offset: number, value: Uint8Array): void {
    const length = value.length;
    const start = this.#allocate(length);
    this.#arena.set(value, start);
    const slot = this.#head & this.#mask;
    this.#partitions[slot] = partition;
    this.#offsets[slot] = offset;
    this.#starts[slot] = start;
    this.#lengths[slot] = length;
    this.#writeAt = start + length;
    this.#bytes += length;
    this.#head++;
    let span = this.#spans.get(partition);
    if (!span) {
      span = { coveredFrom: offset, nextOffset: offset, lastOffset: -1 };
      this.#spans.set(partition, span);
    }
    span.lastOffset = offset;
    if (offset >= span.nextOffset) span.nextOffset = offset + 1;
  }

  partitionAt(position: number): number {
    return this.#partitions[position & this.#mask] ?? -1;
  }

  offsetAt(position: number): number {
    return this.#offsets[position & this.#mask] ?? -1;
  }

  /** The value at `position`; valid until the record leaves the ring. */
  valueAt(position: number): Uint8Array {
    const slot = position & this.#mask;
    const cached = this.#values[slot];
    if (cached) return cached;
    const start = this.#starts[slot] ?? 0;
    const view = this.#arena.subarray(start, start + (this.#lengths[slot] ?? 0));
    this.#values[slot] = view;
    return view;
  }

  /** The cursor frame that precedes the value; made once for all clients. */
  cursorAt(position: number): string {
    const slot = position & this.#mask;
    const cached = this.#cursors[slot];
    if (cached) return cached;
    const text = cursorFrame(this.partitionAt(position), this.offsetAt(position));
    this.#cursors[slot] = text;
    return text;
  }

  /** What the record at `position` is about. */
  detailsAt(position: number, describe: DescribeRecord): RecordDetails {
    const slot = position & this.#mask;
    const cached = this.#details[slot];
    if (cached) return cached;
    const details = describe(this.valueAt(position));
    this.#details[slot] = details;
    return details;
  }

  /** Forgets all records; partitions stay known, and coverage starts at what comes next. */
  clear(): void {
    while (this.#tail < this.#head) this.#evict();
  }

  #allocate(length: number): number {
    const size = this.#arena.length;
    if (length > size)
      throw new DashstreamError("invariant", `a value of ${length} bytes exceeds the ring's ${size}`);
    while (this.#head - this.#tail >= this.#maxRecords) this.#evict();
    for (;;) {
      if (this.#head === this.#tail) return 0;
      const tailStart = this.#starts[this.#tail & this.#mask] ?? 0;
      if (this.#writeAt > tailStart) {
        if (this.#writeAt + length <= size) return this.#writeAt;
        if (length <= tailStart) return 0;
      } else if (this.#writeAt + length <= tailStart) {
        return this.#writeAt;
      }
      this.#evict();
    }
  }

  #evict(): void {
    const position = this.#tail;
    if (position >= this.#lossFrom) this.#onLoss(position);
    const slot = position & this.#mask;
    this.#bytes -= this.#lengths[slot] ?? 0;
    this.#values[slot] = undefined;
    this.#cursors[slot] = undefined;
    this.#details[slot] = undefined;
    this.#tail++;
    const span = this.#spans.get(this.#partitions[slot] ?? -1);
    const evictedNext = (this.#offsets[slot] ?? 0) + 1;
    if (span && span.coveredFrom < evictedNext) span.coveredFrom = evictedNext;
  }
}
