// Where the client stands in each partition, and the request that continues from there.

import type { OffsetsByPartition } from "./server-frame.ts";

/** Where to begin: with what comes now, with the oldest record to be had, or after given cursors. */
export type StreamFrom = "latest" | "earliest" | "cursor";

/** The last offset applied, by partition. Offsets only rise, unless the log of a partition is made anew. */
export class Cursors {
  readonly #from: StreamFrom;
  readonly #offsets: Map<number, number>;
  /** True once the server said or showed where this stream begins: from then on cursors are the truth. */
  #established: boolean;

  constructor(from: StreamFrom, offsets: OffsetsByPartition) {
    this.#from = from;
    this.#offsets = from === "cursor" ? new Map(offsets) : new Map();
    this.#established = from === "cursor";
  }

  get offsets(): OffsetsByPartition {
    return this.#offsets;
  }

  /** True if a record of this offset was applied already. */
  covers(partition: number, offset: number): boolean {
    return offset <= (this.#offsets.get(partition) ?? -1);
  }

  advance(partition: number, offset: number): void {
    this.#established = true;
    this.#offsets.set(partition, offset);
  }

  /** The log of the partition was made anew: what was applied says nothing about it. */
  forget(partition: number): void {
    this.#offsets.delete(partition);
  }

  /** Takes over what the server says was sent or skipped up to now. */
  establish(offsets: OffsetsByPartition): void {
    this.#established = true;
    for (const [partition, offset] of offsets) {
      if (!this.covers(partition, offset)) this.#offsets.set(partition, offset);
    }
  }

  /** The `resume` frame that continues without loss: never `latest` again once the stream had begun. */
  resumeFrame(): string {
    return JSON.stringify({
      type: "resume",
      mode: "partition",
      from: this.#established ? "cursor" : this.#from,
      lastOffsetsByPartition: Object.fromEntries(
        [...this.#offsets].map(([partition, offset]) => [partition, String(offset)]),
      ),
    });
  }
}
