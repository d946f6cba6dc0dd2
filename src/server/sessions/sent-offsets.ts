// What one client was sent or asked to be sent after: offsets of a partition only ever rise on a connection, so that
// nothing comes twice, whether live, replayed or read again by a server that crashed.

export class SentOffsets {
  /** Per partition the highest offset sent, lost or asked for. */
  readonly #floors: number[] = [];
  /** First offset sent of each partition that no cursor had been given for. */
  readonly first = new Map<number, number>();

  /** The offset at or below which nothing is sent any more, -1 if there is none. */
  floor(partition: number): number {
    return this.#floors[partition] ?? -1;
  }

  /** Nothing at or below `offset` is sent any more. False if that was so before. */
  raise(partition: number, offset: number): boolean {
    if (offset <= this.floor(partition)) return false;
    this.#floors[partition] = offset;
    return true;
  }

  /** As `raise`, for a record that is sent if this gives true. */
  take(partition: number, offset: number): boolean {
    const floor = this.#floors[partition];
    if (floor === undefined) this.first.set(partition, offset);
    else if (offset <= floor) return false;
    this.#floors[partition] = offset;
    return true;
  }

  /** Offsets of the partition start over. */
  forget(partition: number): void {
    delete this.#floors[partition];
    this.first.delete(partition);
  }
}
