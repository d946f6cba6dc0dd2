// Records that can be sent one after the other, wherever they lie: in the ring, or in a page of a replay tier.

import type { ReplayPage } from "../replay/tier.ts";
import type { DescribeRecord, RecordDetails } from "./record-details.ts";

/** Indexed by position. What belongs to a record and is the same for all clients is made once, when first asked for. */
export interface RecordWindow {
  partitionAt(position: number): number;
  offsetAt(position: number): number;
  /** Valid until the record leaves the window. */
  valueAt(position: number): Uint8Array;
  /** The cursor frame that precedes the value in the original protocol. */
  cursorAt(position: number): string;
  /** What the record is about; read by `describe` when it is asked for the first time. */
  detailsAt(position: number, describe: DescribeRecord): RecordDetails;
}

/** The text frame `cursor` of a record. */
export function cursorFrame(partition: number, offset: number): string {
  return `{"type":"cursor","partition":${partition},"offset":"${offset}"}`;
}

/** A page as a window; positions count from 0. */
export class PageWindow implements RecordWindow {
  readonly #partition: number;
  readonly #page: ReplayPage;
  readonly #cursors: string[] = [];
  readonly #details: RecordDetails[] = [];

  constructor(partition: number, page: ReplayPage) {
    this.#partition = partition;
    this.#page = page;
  }

  get end(): number {
    return this.#page.records.length;
  }

  /** Position of the first record after `offset`. */
  after(offset: number): number {
    let low = 0;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.offsetAt(middle) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  partitionAt(): number {
    return this.#partition;
  }

  offsetAt(position: number): number {
    return this.#page.records[position]?.offset ?? -1;
  }

  valueAt(position: number): Uint8Array {
    return this.#page.records[position]?.value ?? NO_BYTES;
  }

  cursorAt(position: number): string {
    const cached = this.#cursors[position];
    if (cached) return cached;
    const text = cursorFrame(this.#partition, this.offsetAt(position));
    this.#cursors[position] = text;
    return text;
  }

  detailsAt(position: number, describe: DescribeRecord): RecordDetails {
    const cached = this.#details[position];
    if (cached) return cached;
    const details = describe(this.valueAt(position));
    this.#details[position] = details;
    return details;
  }
}

const NO_BYTES = new Uint8Array(0);
const WINDOWS = new WeakMap<ReplayPage, PageWindow>();

/** The window over a page; the same one for everybody who is served from it. */
export function pageWindow(partition: number, page: ReplayPage): PageWindow {
  const known = WINDOWS.get(page);
  if (known) return known;
  const window = new PageWindow(partition, page);
  WINDOWS.set(page, window);
  return window;
}
