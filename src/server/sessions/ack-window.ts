// How far a client that acknowledges may be sent ahead of what it acknowledged: the one kind of backpressure that says
// what the program behind the socket has done, not only what its socket took.

export class AckWindow {
  readonly #size: number;
  /** By partition the offsets sent and not acknowledged, rising. */
  readonly #outstanding = new Map<number, number[]>();
  #count = 0;

  /** @param size records that may be outstanding */
  constructor(size: number) {
    this.#size = size;
  }

  /** Records that may be sent now. */
  get free(): number {
    return Math.max(0, this.#size - this.#count);
  }

  sent(partition: number, offset: number): void {
    const offsets = this.#outstanding.get(partition);
    if (offsets) offsets.push(offset);
    else this.#outstanding.set(partition, [offset]);
    this.#count++;
  }

  /** Everything of the partition up to `offset` is done. */
  acknowledge(partition: number, offset: number): void {
    const offsets = this.#outstanding.get(partition) ?? [];
    let done = 0;
    while (done < offsets.length && (offsets[done] ?? 0) <= offset) done++;
    offsets.splice(0, done);
    this.#count -= done;
  }

  /** Offsets of the partition start over. */
  forget(partition: number): void {
    this.#count -= this.#outstanding.get(partition)?.length ?? 0;
    this.#outstanding.delete(partition);
  }
}
