// The partitions of one client that the ring does not cover from its floor on: they are served page by page, each a
// page after the other so that all come on, while the client's other partitions stay live.

import type { PageAnswer, PageSource } from "../replay/page-source.ts";

/** What there is of the partition whose turn it is. */
export interface CatchUpStep {
  readonly partition: number;
  readonly answer: PageAnswer;
}

export class CatchUp {
  /** In the order of their turns. */
  readonly #behind = new Set<number>();
  #withdraw: (() => void) | null = null;
  #asked = -1;
  #step: CatchUpStep | null = null;

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

  /**
   * Asks for what comes next of the partition whose turn it is, unless that was done; calls `ready` when it is there,
   * again if it still is.
   */
  ask(
    source: PageSource,
    range: (partition: number) => { readonly from: number; readonly to: number },
    ready: () => void,
  ): void {
    if (this.#step) return ready();
    if (this.#asked >= 0) return;
    for (const partition of this.#behind) {
      const { from, to } = range(partition);
      this.#asked = partition;
      this.#withdraw = source.request(partition, from, to, (answer) => {
        this.#withdraw = null;
        this.#step = { partition, answer };
        ready();
      });
      return;
    }
  }

  /** What was asked for, if it is there; the next partition has its turn afterwards. */
  take(): CatchUpStep | null {
    const step = this.#step;
    if (step === null) return null;
    this.#drop();
    if (this.#behind.delete(step.partition)) this.#behind.add(step.partition);
    return step;
  }

  /** Nothing is behind any more, or the client is gone. */
  clear(): void {
    this.#behind.clear();
    this.#drop();
  }

  #drop(): void {
    this.#withdraw?.();
    this.#withdraw = null;
    this.#step = null;
    this.#asked = -1;
  }
}
