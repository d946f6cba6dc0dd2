// A piece of a partition's log: whole record batches, one behind the other in one buffer, so that any run of them
// can be handed out as a single slice. Bytes that were written are never changed again.

import { assignOffset, type BatchHeader } from "../../../src/kafka-protocol/record-batch.ts";

const INITIAL_BYTES = 16 * 1024;

/** Index of the last of `values` (ascending) that is at most `wanted`; -1 if there is none. */
function lastAtMost(values: readonly number[], wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export class Segment {
  readonly baseOffset: number;
  readonly #capacityBytes: number;
  #buffer: Buffer;
  #usedBytes = 0;
  #endOffset: number;
  #maxTimestampMs = -1;
  readonly #offsets: number[] = [];
  readonly #positions: number[] = [];

  /** `capacityBytes` is what it may grow to; a first batch that is larger has the segment for itself. */
  constructor(baseOffset: number, capacityBytes: number, firstBatchBytes: number) {
    this.baseOffset = baseOffset;
    this.#endOffset = baseOffset;
    this.#capacityBytes = Math.max(capacityBytes, firstBatchBytes);
    this.#buffer = Buffer.allocUnsafeSlow(
      Math.min(this.#capacityBytes, Math.max(INITIAL_BYTES, firstBatchBytes)),
    );
  }

  get sizeBytes(): number {
    return this.#usedBytes;
  }

  /** Offset after the last record. */
  get endOffset(): number {
    return this.#endOffset;
  }

  get maxTimestampMs(): number {
    return this.#maxTimestampMs;
  }

  hasRoomFor(batchBytes: number): boolean {
    return this.#usedBytes + batchBytes <= this.#capacityBytes;
  }

  /** Copies a batch in and numbers it from the end of the segment. The caller made sure there is room. */
  append(source: Buffer, batch: BatchHeader): void {
    const at = this.#usedBytes;
    this.#grow(at + batch.sizeBytes);
    source.copy(this.#buffer, at, batch.position, batch.position + batch.sizeBytes);
    assignOffset(this.#buffer, at, this.#endOffset, 0);
    this.#offsets.push(this.#endOffset);
    this.#positions.push(at);
    this.#usedBytes = at + batch.sizeBytes;
    this.#endOffset += batch.lastOffsetDelta + 1;
    this.#maxTimestampMs = Math.max(this.#maxTimestampMs, batch.maxTimestampMs);
  }

  /** Bytes from the batch that holds `offset` to the end. */
  bytesFrom(offset: number): number {
    return this.#usedBytes - this.#positionOf(offset);
  }

  /** Whole batches from the one that holds `offset` on, at most `maxBytes`, at least one if `atLeastOne`. */
  slice(offset: number, maxBytes: number, atLeastOne: boolean): Buffer {
    const first = Math.max(0, lastAtMost(this.#offsets, offset));
    const start = this.#positions[first] ?? this.#usedBytes;
    const limit = start + maxBytes;
    if (limit >= this.#usedBytes) return this.#buffer.subarray(start, this.#usedBytes);
    const cut = Math.max(lastAtMost(this.#positions, limit), atLeastOne ? first + 1 : first);
    return this.#buffer.subarray(start, this.#positions[cut] ?? this.#usedBytes);
  }

  /** All batches. */
  contents(): Buffer {
    return this.#buffer.subarray(0, this.#usedBytes);
  }

  #positionOf(offset: number): number {
    return this.#positions[Math.max(0, lastAtMost(this.#offsets, offset))] ?? this.#usedBytes;
  }

  #grow(neededBytes: number): void {
    if (neededBytes <= this.#buffer.length) return;
    const capacity = Math.min(this.#capacityBytes, Math.max(neededBytes, this.#buffer.length * 2));
    const larger = Buffer.allocUnsafeSlow(capacity);
    this.#buffer.copy(larger, 0, 0, this.#usedBytes);
    this.#buffer = larger;
  }
}
