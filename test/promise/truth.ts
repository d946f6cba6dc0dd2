// What the topic really holds, by the knowledge of who produced it: each record's offset and bytes, whether clients
// are to get it, and where the log began at any time. Nothing here asks the server or its code.

/** One offset of a log. */
export interface Entry {
  /** What clients get, byte for byte; `null` for what they do not get. */
  readonly value: Uint8Array | null;
  /** Whose record it is; all records of a thread lie in one partition. */
  readonly thread?: { readonly id: string; readonly sequence: number };
}

/** A range of offsets, both ends included. */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}

/** One partition of one life of the topic. */
export class LogTruth {
  readonly #entries: Entry[] = [];
  readonly #deliverable: number[] = [];
  /** Offset of the oldest record that is left. */
  start = 0;
  /** Up to where some client got it from any server: what a server had certainly handled. */
  seenUpTo = -1;
  /**
   * Servers that handled an earlier log of this partition up to at least the offset given, and have not seen yet that
   * this one took its place. Offsets show it only while this log ends before that.
   */
  readonly unseenBy = new Map<object, number>();

  /** A server follows the earlier log, and takes this one for it. */
  get isMistaken(): boolean {
    return this.unseenBy.size > 0;
  }

  /** Some server cannot tell this log from the earlier one. */
  get cannotBeTold(): boolean {
    return [...this.unseenBy.values()].some((handledUpTo) => this.end >= handledUpTo);
  }

  /** Offset after the last record. */
  get end(): number {
    return this.#entries.length;
  }

  add(offset: number, entries: readonly Entry[]): void {
    if (offset !== this.end) throw new Error(`the log goes on at ${offset}, expected ${this.end}`);
    for (const entry of entries) {
      if (entry.value !== null) this.#deliverable.push(this.end);
      this.#entries.push(entry);
    }
  }

  /** The value that belongs at `offset`; `null` if clients get nothing there, `undefined` beyond the end. */
  valueAt(offset: number): Uint8Array | null | undefined {
    return this.#entries[offset]?.value;
  }

  threadAt(offset: number): Entry["thread"] {
    return this.#entries[offset]?.thread;
  }

  /** Offsets with `from` <= offset <= `to` that clients are to get. */
  deliverable(from: number, to: number): readonly number[] {
    return this.#deliverable.slice(this.#firstAt(from), this.#firstAt(to + 1));
  }

  #firstAt(offset: number): number {
    let low = 0;
    let high = this.#deliverable.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#deliverable[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The lives of a topic; offsets of each start at 0. */
export class TopicTruth {
  readonly #epochs: LogTruth[][] = [];

  /** The topic is made, or made anew. */
  beginEpoch(partitions: number): void {
    this.#epochs.push(Array.from({ length: partitions }, () => new LogTruth()));
  }

  addPartitions(count: number): void {
    for (let i = 0; i < count; i++) this.#epochs.at(-1)?.push(new LogTruth());
  }

  get epoch(): number {
    return this.#epochs.length - 1;
  }

  get partitionCount(): number {
    return this.#epochs.at(-1)?.length ?? 0;
  }

  log(epoch: number, partition: number): LogTruth | undefined {
    return this.#epochs[epoch]?.[partition];
  }

  /** The server is no more, or knows the log of this partition. */
  seen(server: object, partition?: number): void {
    for (const [index, log] of this.#epochs.at(-1)?.entries() ?? []) {
      if (partition === undefined || partition === index) log.unseenBy.delete(server);
    }
  }

  /** The log as it is now. */
  current(partition: number): LogTruth | undefined {
    return this.log(this.epoch, partition);
  }
}
