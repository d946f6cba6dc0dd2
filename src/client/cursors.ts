// Where a stream stands in each partition, and by what a server can tell that the log is still the same.

import type { Fingerprint, Fingerprints } from "../wire/fingerprint.ts";
import type { OffsetsByPartition } from "./server-frame.ts";

/** Where to begin: with what comes now, with the oldest record to be had, or after given cursors. */
export type StreamFrom = "latest" | "earliest" | "cursor";

/** Cursors and fingerprints to begin with. */
export interface StreamPlaces {
  readonly cursors: OffsetsByPartition;
  readonly fingerprints: Fingerprints;
}

/** The cursor of a partition of which nothing came yet. */
export const BEFORE_FIRST = -1;

/** By partition the last offset and the fingerprint. Offsets only rise, unless the log of a partition is made anew. */
export class Cursors implements StreamPlaces {
  readonly #from: StreamFrom;
  readonly #offsets: Map<number, number>;
  readonly #fingerprints: Map<number, Fingerprint>;
  /** True once the server said or showed where this stream begins: from then on cursors are the truth. */
  #established: boolean;

  constructor(from: StreamFrom, { cursors, fingerprints }: StreamPlaces) {
    this.#from = from;
    this.#established = from === "cursor";
    this.#offsets = this.#established ? new Map(cursors) : new Map();
    this.#fingerprints = this.#established ? new Map(fingerprints) : new Map();
  }

  get cursors(): OffsetsByPartition {
    return this.#offsets;
  }

  get fingerprints(): Fingerprints {
    return this.#fingerprints;
  }

  /** How a resume continues without loss: never `latest` again once the stream had begun. */
  get from(): StreamFrom {
    return this.#established ? "cursor" : this.#from;
  }

  /** True if a record of this offset came already, or was to be left out. */
  covers(partition: number, offset: number): boolean {
    return offset <= (this.#offsets.get(partition) ?? -1);
  }

  /** `last` is that of the last record, where one came and its value is known. */
  advance(partition: number, cursor: number, last: Fingerprint | null): void {
    this.#established = true;
    if (last !== null && last.offset > (this.#fingerprints.get(partition)?.offset ?? -1)) {
      this.#fingerprints.set(partition, last);
    }
    const known = this.#offsets.get(partition);
    if (known === undefined || cursor > known) this.#offsets.set(partition, cursor);
  }

  /** Takes over what the server says was sent or skipped up to now. */
  establish(offsets: OffsetsByPartition): void {
    this.#established = true;
    for (const [partition, offset] of offsets) this.advance(partition, offset, null);
  }

  /**
   * The log of the partition was made anew: what came before says nothing about it. The stream then stands before its
   * first record, not before the oldest that the server names: further tiers may have older ones.
   */
  restart(partition: number): void {
    this.#offsets.set(partition, BEFORE_FIRST);
    this.#fingerprints.delete(partition);
  }
}
