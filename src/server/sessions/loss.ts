// What a client did not get, as exact ranges per partition.

/** Offsets `fromOffset` to `toOffset` (both included), of which `count` were deliverable records, or at most so many if that is no longer known. */
export interface LostRange {
  readonly partition: number;
  readonly fromOffset: number;
  readonly toOffset: number;
  readonly count: number;
}

/** Collects lost records until they are reported. Offsets of one partition come in increasing order. */
export class Loss {
  readonly #ranges = new Map<number, { fromOffset: number; toOffset: number; count: number }>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The record at `offset`. */
  add(partition: number, offset: number): void {
    this.#extend(partition, offset, offset, 1);
  }

  /** What there was from `fromOffset` to `toOffset`, of which nobody knows any more how much was deliverable. */
  addRange(partition: number, fromOffset: number, toOffset: number): void {
    this.#extend(partition, fromOffset, toOffset, toOffset - fromOffset + 1);
  }

  /** The ranges by partition; the collection is empty afterwards. */
  take(): readonly LostRange[] {
    const ranges = [...this.#ranges].map(([partition, range]) => ({ partition, ...range }));
    ranges.sort((a, b) => a.partition - b.partition);
    this.#ranges.clear();
    this.#count = 0;
    return ranges;
  }

  #extend(partition: number, fromOffset: number, toOffset: number, count: number): void {
    this.#count += count;
    const range = this.#ranges.get(partition);
    if (range) {
      range.toOffset = toOffset;
      range.count += count;
    } else this.#ranges.set(partition, { fromOffset, toOffset, count });
  }
}
