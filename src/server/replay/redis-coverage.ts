// What Redis knows for certain. A write leaves an entry "from here up to there, so many records"; it counts only while
// the set of offsets has exactly so many in that range. Writes may have been dropped, keys deleted, an older state
// restored: whatever the entries do not cover without a break is not known, never "nothing there".

/** What one write covered: all deliverable records with `from` <= offset < `next`. */
export interface BatchEntry {
  readonly from: number;
  readonly next: number;
  readonly count: number;
  /** Bytes of the values. */
  readonly bytes: number;
}

/** An entry as a member of the set of batches. */
export function batchEntryText({ from, next, count, bytes }: BatchEntry): string {
  return `${from}-${next}:${count}:${bytes}`;
}

/** `null` for what no server of this kind wrote. */
export function parseBatchEntry(text: string): BatchEntry | null {
  const match = /^(\d+)-(\d+):(\d+):(\d+)$/.exec(text);
  if (match === null) return null;
  const [from = 0, next = 0, count = 0, bytes = 0] = match.slice(1).map(Number);
  return from < next ? { from, next, count, bytes } : null;
}

/** Index of the first offset that is not below `offset`. */
export function indexAtOrAfter(offsets: readonly number[], offset: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The entries for which the set of offsets has as many as they say. `offsets` ascend and are complete in their range. */
export function believable(
  entries: readonly BatchEntry[],
  offsets: readonly number[],
): readonly BatchEntry[] {
  return entries.filter(
    ({ from, next, count }) => indexAtOrAfter(offsets, next) - indexAtOrAfter(offsets, from) === count,
  );
}

/**
 * Where the unbroken stretch that contains `offset` ends; `offset` itself if no entry contains it. Entries ascend by
 * `from`, and may overlap: two servers may have written the same records, or one of them twice.
 */
export function coveredUpTo(entries: readonly BatchEntry[], offset: number): number {
  let end = offset;
  for (const { from, next } of entries) {
    if (from > end) break;
    end = Math.max(end, next);
  }
  return end;
}
