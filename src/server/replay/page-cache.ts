// Pages that were read, for the next client that needs them. Pages of a partition never overlap. Bounded by bytes:
// the page that was not used for longest goes first, the newest one stays however large it is.

import type { ReplayPage } from "./tier.ts";

interface Kept {
  readonly partition: number;
  readonly page: ReplayPage;
  readonly costBytes: number;
}

/** Bytes of a page and of each of its records beside the values. Estimates. */
const PAGE_OVERHEAD_BYTES = 256;
const RECORD_OVERHEAD_BYTES = 128;

export class PageCache {
  readonly #maxBytes: number;
  /** By partition, in offset order. */
  readonly #partitions = new Map<number, Kept[]>();
  /** The one that was not used for longest first. */
  readonly #used = new Set<Kept>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get byteCount(): number {
    return this.#bytes;
  }

  /** The last page that begins at or below `offset`; it may end below it too. */
  floor(partition: number, offset: number): ReplayPage | null {
    const kept = this.#partitions.get(partition) ?? [];
    return kept[indexAbove(kept, offset) - 1]?.page ?? null;
  }

  /** The page that contains `offset`; it counts as used. */
  find(partition: number, offset: number): ReplayPage | null {
    const pages = this.#partitions.get(partition) ?? [];
    const kept = pages[indexAbove(pages, offset) - 1];
    if (!kept || kept.page.nextOffset <= offset) return null;
    this.#used.delete(kept);
    this.#used.add(kept);
    return kept.page;
  }

  /** Where the first page above `offset` begins, `Infinity` if there is none. */
  ceiling(partition: number, offset: number): number {
    const kept = this.#partitions.get(partition) ?? [];
    return kept[indexAbove(kept, offset)]?.page.fromOffset ?? Number.POSITIVE_INFINITY;
  }

  /** Keeps a page. Those that overlap it go. */
  add(partition: number, page: ReplayPage): void {
    for (const kept of this.#overlapping(partition, page)) this.#remove(kept);
    const costBytes = page.byteCount + PAGE_OVERHEAD_BYTES + page.records.length * RECORD_OVERHEAD_BYTES;
    const kept = { partition, page, costBytes };
    const pages = this.#partitions.get(partition) ?? [];
    this.#partitions.set(partition, pages);
    pages.splice(indexAbove(pages, page.fromOffset), 0, kept);
    this.#used.add(kept);
    this.#bytes += costBytes;
    for (const oldest of this.#used) {
      if (this.#bytes <= this.#maxBytes || this.#used.size === 1) break;
      this.#remove(oldest);
    }
  }

  forget(partition: number): void {
    for (const kept of [...(this.#partitions.get(partition) ?? [])]) this.#remove(kept);
  }

  #overlapping(partition: number, { fromOffset, nextOffset }: ReplayPage): readonly Kept[] {
    const pages = this.#partitions.get(partition) ?? [];
    const first = Math.max(0, indexAbove(pages, fromOffset) - 1);
    const found = pages.slice(first, indexAbove(pages, nextOffset - 1));
    return found.filter(({ page }) => page.nextOffset > fromOffset);
  }

  #remove(kept: Kept): void {
    const pages = this.#partitions.get(kept.partition) ?? [];
    pages.splice(pages.indexOf(kept), 1);
    if (pages.length === 0) this.#partitions.delete(kept.partition);
    this.#used.delete(kept);
    this.#bytes -= kept.costBytes;
  }
}

/** Index of the first page that begins above `offset`. */
function indexAbove(pages: readonly Kept[], offset: number): number {
  let low = 0;
  let high = pages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((pages[middle]?.page.fromOffset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
