// Tells the server what was used, so that it sends on, and no more often than it needs to know.

import type { OffsetsByPartition } from "./server-frame.ts";

export class Acknowledgements {
  /** Once so many records were used, the server is told: it has room for as many by then. */
  readonly #every: number;
  readonly #partitions = new Set<number>();
  #records = 0;

  /** `window`: how many records the server sends beyond the last one acknowledged. */
  constructor(window: number) {
    this.#every = Math.ceil(window / 2);
  }

  /** Records of the partition were used; for 0 only its cursor moved. */
  used(partition: number, records: number): void {
    this.#records += records;
    this.#partitions.add(partition);
  }

  /** The frame to send now, or `null`. */
  due(used: OffsetsByPartition): string | null {
    if (this.#records < this.#every) return null;
    const offsets: [number, string][] = [];
    for (const partition of this.#partitions) {
      const offset = used.get(partition);
      if (offset !== undefined && offset >= 0) offsets.push([partition, String(offset)]);
    }
    this.#records = 0;
    this.#partitions.clear();
    return JSON.stringify({ type: "ack", lastOffsetsByPartition: Object.fromEntries(offsets) });
  }
}
