// The log of one partition: segments of record batches, kept in memory, trimmed by size and age. Offsets are
// contiguous from `startOffset` up to `endOffset`, which is also the high watermark: there is one replica.

import { type BatchHeader, walkBatches } from "../../../src/kafka-protocol/record-batch.ts";
import { decodeRecords } from "../../../src/kafka-protocol/records.ts";
import { decompress } from "./compression.ts";
import { ProducerState } from "./producer-state.ts";
import { Segment } from "./segment.ts";

/** Limits of a log; -1 means none. */
export interface LogLimits {
  readonly segmentBytes: number;
  readonly retentionBytes: number;
  readonly retentionMs: number;
}

export interface TimestampedOffset {
  readonly offset: number;
  readonly timestampMs: number;
}

export class PartitionLog {
  readonly producers = new ProducerState();
  readonly #limits: () => LogLimits;
  readonly #watchers = new Set<() => void>();
  #segments: Segment[] = [];
  #startOffset = 0;
  #sizeBytes = 0;

  constructor(limits: () => LogLimits) {
    this.#limits = limits;
  }

  get startOffset(): number {
    return this.#startOffset;
  }

  /** Offset that the next record gets. */
  get endOffset(): number {
    return this.#segments.at(-1)?.endOffset ?? this.#startOffset;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Appends one batch out of `source` and gives the offset of its first record. */
  append(source: Buffer, batch: BatchHeader): number {
    const baseOffset = this.endOffset;
    let active = this.#segments.at(-1);
    if (!active?.hasRoomFor(batch.sizeBytes)) {
      active = new Segment(baseOffset, this.#limits().segmentBytes, batch.sizeBytes);
      this.#segments.push(active);
    }
    active.append(source, batch);
    this.#sizeBytes += batch.sizeBytes;
    this.producers.appended(batch, baseOffset);
    this.#trimToSize();
    this.#notify();
    return baseOffset;
  }

  /** Bytes that a reader at `offset` could get. */
  bytesFrom(offset: number): number {
    const first = this.#segmentIndex(offset);
    const segment = this.#segments[first];
    if (!segment || offset >= this.endOffset) return 0;
    let total = segment.bytesFrom(offset);
    for (const later of this.#segments.slice(first + 1)) total += later.sizeBytes;
    return total;
  }

  /** Whole batches from the one that holds `offset` on; with `atLeastOne` one even if it is larger. */
  read(offset: number, maxBytes: number, atLeastOne: boolean): readonly Buffer[] {
    const slices: Buffer[] = [];
    let left = maxBytes;
    let from = offset;
    for (let i = this.#segmentIndex(offset); from < this.endOffset; i++) {
      const segment = this.#segments[i];
      if (!segment) break;
      const slice = segment.slice(from, left, atLeastOne && slices.length === 0);
      if (slice.length > 0) slices.push(slice);
      left -= slice.length;
      if (slice.length < segment.bytesFrom(from) || left <= 0) break;
      from = segment.endOffset;
    }
    return slices;
  }

  /** The first record whose timestamp is at least `timestampMs`, or `null`. */
  firstAtOrAfter(timestampMs: number): TimestampedOffset | null {
    for (const segment of this.#segments) {
      if (segment.maxTimestampMs < timestampMs) continue;
      const contents = segment.contents();
      for (const batch of walkBatches(contents)) {
        if (batch.maxTimestampMs < timestampMs) continue;
        const records = decodeRecords(contents, batch, decompress);
        const found = records.find(
          (record) => record.timestampMs >= timestampMs && record.offset >= this.#startOffset,
        );
        if (found) return { offset: found.offset, timestampMs: found.timestampMs };
      }
    }
    return null;
  }

  /** Drops segments whose newest record is older than the retention time, the active one too. */
  trimToAge(nowMs: number): void {
    const { retentionMs } = this.#limits();
    if (retentionMs < 0) return;
    while ((this.#segments[0]?.maxTimestampMs ?? Number.POSITIVE_INFINITY) < nowMs - retentionMs) {
      this.#dropOldest();
    }
    this.#trimToSize();
  }

  /** Drops everything before `offset`, which is at most `endOffset`. A batch that it divides stays whole in memory. */
  startAt(offset: number): void {
    while (this.#segments.length > 0 && (this.#segments[0]?.endOffset ?? offset) <= offset)
      this.#dropOldest();
    this.#startOffset = Math.max(this.#startOffset, offset);
  }

  /** Calls `watcher` after each append until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Wakes whoever waits for records, because there will be none. */
  close(): void {
    this.#notify();
  }

  /** Like Kafka, drops the oldest segment only if what is left still fills the limit. */
  #trimToSize(): void {
    const { retentionBytes } = this.#limits();
    if (retentionBytes < 0) return;
    for (let oldest = this.#segments[0]; oldest && this.#segments.length > 1; oldest = this.#segments[0]) {
      if (this.#sizeBytes - oldest.sizeBytes < retentionBytes) return;
      this.#dropOldest();
    }
  }

  #dropOldest(): void {
    const oldest = this.#segments.shift();
    if (!oldest) return;
    this.#sizeBytes -= oldest.sizeBytes;
    this.#startOffset = Math.max(this.#startOffset, oldest.endOffset);
  }

  #segmentIndex(offset: number): number {
    for (let i = this.#segments.length - 1; i > 0; i--) {
      if ((this.#segments[i]?.baseOffset ?? 0) <= offset) return i;
    }
    return 0;
  }

  #notify(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
