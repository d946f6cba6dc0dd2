// What is still to happen in virtual time, earliest first. Entries due at the same time come out in the order in
// which they were added, which is what makes a run repeatable.

/** Something that happens at a time; `run` is `null` once it was cancelled. */
export interface HeapEntry {
  readonly dueMs: number;
  readonly sequence: number;
  run: (() => void) | null;
}

function isBefore(a: HeapEntry, b: HeapEntry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.sequence < b.sequence);
}

/** A binary heap. Cancelled entries stay until they come up, or until they are the majority. */
export class TimerHeap {
  #entries: HeapEntry[] = [];
  #sequence = 0;
  #cancelledCount = 0;

  /** Entries that are not cancelled. */
  get size(): number {
    return this.#entries.length - this.#cancelledCount;
  }

  add(dueMs: number, run: () => void): HeapEntry {
    const entry: HeapEntry = { dueMs, sequence: this.#sequence++, run };
    this.#entries.push(entry);
    this.#rise(this.#entries.length - 1);
    return entry;
  }

  /** Does nothing for an entry that was cancelled or taken before. */
  cancel(entry: HeapEntry): void {
    if (entry.run === null) return;
    entry.run = null;
    this.#cancelledCount++;
    if (this.#cancelledCount * 2 > this.#entries.length) this.#dropCancelled();
  }

  /** When the next entry is due; `Infinity` for an empty heap. */
  nextDueMs(): number {
    for (let first = this.#entries[0]; first; first = this.#entries[0]) {
      if (first.run !== null) return first.dueMs;
      this.#removeFirst();
      this.#cancelledCount--;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Removes the next entry. @returns its `run`, or `null` for an empty heap */
  take(): (() => void) | null {
    if (this.nextDueMs() === Number.POSITIVE_INFINITY) return null;
    const first = this.#removeFirst();
    const run = first?.run ?? null;
    if (first) first.run = null;
    return run;
  }

  #removeFirst(): HeapEntry | undefined {
    const first = this.#entries[0];
    const last = this.#entries.pop();
    if (last && last !== first) {
      this.#entries[0] = last;
      this.#sink(0);
    }
    return first;
  }

  #dropCancelled(): void {
    // A sorted array is a heap.
    this.#entries = this.#entries.filter(({ run }) => run !== null).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    this.#cancelledCount = 0;
  }

  #rise(start: number): void {
    const entries = this.#entries;
    const entry = entries[start];
    if (!entry) return;
    let index = start;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = entries[parentIndex];
      if (!parent || isBefore(parent, entry)) break;
      entries[index] = parent;
      index = parentIndex;
    }
    entries[index] = entry;
  }

  #sink(start: number): void {
    const entries = this.#entries;
    const entry = entries[start];
    if (!entry) return;
    let index = start;
    for (;;) {
      const leftIndex = index * 2 + 1;
      const left = entries[leftIndex];
      const right = entries[leftIndex + 1];
      if (!left) break;
      const childIndex = right && isBefore(right, left) ? leftIndex + 1 : leftIndex;
      const child = right && isBefore(right, left) ? right : left;
      if (isBefore(entry, child)) break;
      entries[index] = child;
      index = childIndex;
    }
    entries[index] = entry;
  }
}
