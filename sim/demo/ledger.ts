// Whether a client got everything: compares what came in with the offsets that must come, per partition.

/** What a client received of a topic that holds only deliverable records. */
export class DeliveryLedger {
  readonly #next = new Map<number, number>();
  #delivered = 0;
  #duplicated = 0;
  #lost = 0;

  get delivered(): number {
    return this.#delivered;
  }

  get duplicated(): number {
    return this.#duplicated;
  }

  /** One record that the client received. */
  record(partition: number, offset: number): void {
    const next = this.#next.get(partition) ?? 0;
    if (offset < next) {
      this.#duplicated++;
      return;
    }
    this.#lost += offset - next;
    this.#delivered++;
    this.#next.set(partition, offset + 1);
  }

  /** Records that did not arrive, given the end offset of each partition. */
  lost(endOffsets: readonly number[]): number {
    const missing = endOffsets.map((end, partition) => Math.max(0, end - (this.#next.get(partition) ?? 0)));
    return missing.reduce((sum, count) => sum + count, this.#lost);
  }

  /** True if everything below these offsets has arrived or was passed over. */
  reached(endOffsets: readonly number[]): boolean {
    return endOffsets.every((end, partition) => (this.#next.get(partition) ?? 0) >= end);
  }
}
