// What one client was sent or asked to be sent after: offsets of a partition only ever rise on a connection, so that
// nothing comes twice, whether live, replayed or read again by a server that crashed.

export class SentOffsets {
  /** Index = partition: the highest offset sent, lost or asked for. */
  readonly #floors: (number | undefined)[] = [];
  readonly #followed = new Set<number>();
  /** Partitions whose floor is only where this connection happened to begin, with nothing sent so far. */
  readonly #untouched = new Set<number>();
  /** First offset sent or lost of each partition that no cursor had been given for. */
  readonly first = new Map<number, number>();

  /** The offset at or below which nothing is sent any more, -1 if there is none. */
  floor(partition: number): number {
    return this.#floors[partition] ?? -1;
  }

  /** Whether the client is owed what comes after its floor. */
  follows(partition: number): boolean {
    return this.#followed.has(partition);
  }

  /** Whether nothing was sent of it so far, and no cursor was given for it. */
  isUntouched(partition: number): boolean {
    return this.#untouched.has(partition);
  }

  /** Partitions that the client is owed. */
  followed(): Iterable<number> {
    return this.#followed;
  }

  /** The client's stream of this partition begins at `fromOffset`, unless that was settled before. */
  follow(partition: number, fromOffset: number): void {
    if (!this.#followed.has(partition)) this.begin(partition, fromOffset);
  }

  /** The same, unless something of the partition was sent or a cursor was given for it. */
  begin(partition: number, fromOffset: number): void {
    if (this.#followed.has(partition) && !this.#untouched.has(partition)) return;
    this.#set(partition, fromOffset - 1);
    this.#untouched.add(partition);
  }

  /** Leaves out, by the client's own wish, what lies before `nextOffset`. */
  skipTo(partition: number, nextOffset: number): void {
    this.follow(partition, nextOffset);
    if (this.floor(partition) < nextOffset - 1) this.#set(partition, nextOffset - 1);
  }

  /** The client has everything up to `offset`: takes the place of where the connection happened to begin. */
  resumeAfter(partition: number, offset: number): void {
    if (this.#untouched.delete(partition)) this.#set(partition, offset);
    else this.raise(partition, offset);
  }

  /** Nothing at or below `offset` is sent any more. False if that was so before. */
  raise(partition: number, offset: number): boolean {
    const floor = this.#floors[partition];
    if (floor !== undefined && offset <= floor) return false;
    if (this.#untouched.delete(partition)) this.first.set(partition, offset);
    this.#set(partition, offset);
    return true;
  }

  /** As `raise`, for a record that is sent if this gives true. */
  take(partition: number, offset: number): boolean {
    const floor = this.#floors[partition];
    if (floor === undefined) {
      this.first.set(partition, offset);
      this.#followed.add(partition);
    } else if (offset <= floor) return false;
    else if (this.#untouched.size > 0 && this.#untouched.delete(partition)) this.first.set(partition, offset);
    this.#floors[partition] = offset;
    return true;
  }

  /** Offsets of the partition start over. */
  forget(partition: number): void {
    delete this.#floors[partition];
    this.#followed.delete(partition);
    this.#untouched.delete(partition);
    this.first.delete(partition);
  }

  #set(partition: number, offset: number): void {
    this.#floors[partition] = offset;
    this.#followed.add(partition);
  }
}
