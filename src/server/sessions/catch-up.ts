// The partitions of one client that the ring does not cover from its floor on: they are served page by page, each a
// page after the other so that all come on, while the client's other partitions stay live.

import type { PageAnswer, PageSource } from "../replay/page-source.ts";

export class CatchUp {
  /** In the order of their turns. */
  readonly #behind = new Set<number>();
  #withdraw: (() => void) | null = null;
  /** The partition that is being asked for, -1 if none is. */
  #asked = -1;

  /** Number of partitions that are behind. */
  get size(): number {
    return this.#behind.size;
  }

  has(partition: number): boolean {
    return this.#behind.has(partition);
  }

  partitions(): Iterable<number> {
    return this.#behind;
  }

  add(partition: number): void {
    this.#behind.add(partition);
  }

  /** The partition has met the ring, or starts over. */
  remove(partition: number): void {
    this.#behind.delete(partition);
    if (this.#asked === partition) this.#drop();
  }

  /** Asks for what comes next of the partition whose turn it is, unless something is asked for already. */
  ask(
    source: PageSource,
    range: (partition: number) => { readonly from: number; readonly to: number },
    ready: (partition: number, answer: PageAnswer) => void,
  ): void {
    if (this.#asked >= 0) return;
    for (const partition of this.#behind) {
      const { from, to } = range(partition);
      this.#asked = partition;
      this.#withdraw = source.request(partition, from, to, (answer) => {
        this.#withdraw = null;
        this.#asked = -1;
        // The next partition has its turn.
        this.#behind.delete(partition);
        this.#behind.add(partition);
        ready(partition, answer);
      });
      return;
    }
  }

  /** Nothing is behind any more, or the client is gone. */
  clear(): void {
    this.#behind.clear();
    this.#drop();
  }

  #drop(): void {
    this.#withdraw?.();
    this.#withdraw = null;
    this.#asked = -1;
  }
}
