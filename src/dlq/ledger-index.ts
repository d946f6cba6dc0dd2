// What a ledger says, in little memory: some 40 bytes for each letter that was sent.

import type { LedgerEntry } from "./ledger-lines.ts";

export class LedgerIndex {
  /** By partition and target; identities are kept as numbers of 48 bits. */
  readonly #sent = new Map<string, Map<number, number>>();
  #size = 0;

  /** Letters that were sent, counted once for each target. */
  get size(): number {
    return this.#size;
  }

  add({ partition, offset, identity, target }: LedgerEntry): void {
    const key = `${partition} ${target}`;
    const offsets = this.#sent.get(key) ?? new Map<number, number>();
    this.#sent.set(key, offsets);
    if (!offsets.has(offset)) this.#size++;
    // Of two letters that had the same place the later one counts.
    offsets.set(offset, Number.parseInt(identity, 16));
  }

  /** True if this very letter was sent to `target`. */
  has({ partition, offset, identity, target }: Omit<LedgerEntry, "recordId">): boolean {
    return this.#sent.get(`${partition} ${target}`)?.get(offset) === Number.parseInt(identity, 16);
  }
}
