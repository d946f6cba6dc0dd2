// Keeps a partition from passing a bad record before Kafka has its dead letter. A partition whose letters are quick
// goes on at once; one whose letters take longer is held, so that the other partitions are fetched meanwhile, and
// released when all of them are written.

import type { Clock, Timer } from "../runtime/clock.ts";

export interface DeadLetterBarrierOptions {
  readonly clock: Clock;
  /** Fetch nothing more of the partition. */
  readonly hold: (partition: number) => void;
  /** Go on with a held partition at `nextOffset`; also called for one that went away meanwhile. */
  readonly release: (partition: number, nextOffset: number) => void;
  /** A partition has been held for a while, which people should hear of; `offset` is its first record without letter. */
  readonly onLongHeld?: (partition: number, offset: number) => void;
  /** All letters of such a partition are written, `heldMs` after it was held. */
  readonly onLongHeldReleased?: (partition: number, heldMs: number) => void;
}

/** How long a partition waits for its letters before it is held. An acknowledgement usually takes a few milliseconds. */
const GRACE_MS = 100;
/** A shorter hold is what a busy Kafka does now and then, and no news. */
const LONG_HELD_MS = 1_000;

interface Waiting {
  /** Offsets of records whose letters are not written yet, lowest first. */
  readonly offsets: Set<number>;
  readonly wake: (() => void)[];
  heldSinceMs: number | null;
  /** Runs while it is held and nobody was told; `"told"` since then. */
  news: Timer | "told" | null;
}

export class DeadLetterBarrier {
  readonly #options: DeadLetterBarrierOptions;
  readonly #waiting = new Map<number, Waiting>();

  constructor(options: DeadLetterBarrierOptions) {
    this.#options = options;
  }

  /** The letter of a record is under way; `null`: nobody waits for it. Offsets of a partition come in rising order. */
  add(partition: number, offset: number, written: Promise<void> | null): void {
    if (written === null) return;
    const waiting = this.#waiting.get(partition) ?? {
      offsets: new Set(),
      wake: [],
      heldSinceMs: null,
      news: null,
    };
    this.#waiting.set(partition, waiting);
    waiting.offsets.add(offset);
    written.then(
      () => this.#written(partition, waiting, offset),
      // The handler was closed: the offset stays where it is, and the record is read again.
      () => {},
    );
  }

  /**
   * To be asked after each slice that ends before `nextOffset`. False: the partition is held, and goes on from there
   * by itself once its letters are written.
   */
  async passes(partition: number, nextOffset: number): Promise<boolean> {
    const waiting = this.#waiting.get(partition);
    if (waiting === undefined) return true;
    const { clock, hold, release } = this.#options;
    const soon = new AbortController();
    const settled = this.settled(partition).then(() => soon.abort());
    await Promise.race([settled, clock.sleep(GRACE_MS, soon.signal)]);
    if (this.#waiting.get(partition) !== waiting) return true;
    this.#markHeld(partition, waiting);
    hold(partition);
    waiting.wake.push(() => release(partition, nextOffset));
    return false;
  }

  /** Resolves when no letter of any partition is under way, and all held ones are released. */
  async allSettled(): Promise<void> {
    await Promise.all([...this.#waiting.keys()].map((partition) => this.settled(partition)));
  }

  /** Resolves when no letter of the partition is under way; at once if that is so now. */
  settled(partition: number): Promise<void> {
    const waiting = this.#waiting.get(partition);
    return waiting ? new Promise((resolve) => waiting.wake.push(resolve)) : Promise.resolve();
  }

  /** The partition is read by somebody else now: it is not held here any more. */
  unhold(partition: number): void {
    const waiting = this.#waiting.get(partition);
    if (waiting) markFree(waiting);
  }

  /** Whether letters of the partition are under way. */
  isWaiting(partition: number): boolean {
    return this.#waiting.has(partition);
  }

  /** Partitions that have been held for at least `forMs`, in rising order. */
  heldPartitions(forMs = 0): readonly number[] {
    const sinceMs = this.#options.clock.monotonicMs() - forMs;
    return [...this.#waiting]
      .filter(([, { heldSinceMs }]) => heldSinceMs !== null && heldSinceMs <= sinceMs)
      .map(([partition]) => partition)
      .sort((a, b) => a - b);
  }

  /** The topic was made anew: its old offsets mean nothing. Letters under way are still written. */
  forget(partition: number): void {
    const waiting = this.#waiting.get(partition);
    if (waiting) markFree(waiting);
    this.#waiting.delete(partition);
  }

  #markHeld(partition: number, waiting: Waiting): void {
    const { clock, onLongHeld } = this.#options;
    if (waiting.heldSinceMs !== null) return;
    waiting.heldSinceMs = clock.monotonicMs();
    if (!onLongHeld) return;
    waiting.news = clock.after(LONG_HELD_MS, () => {
      waiting.news = "told";
      const [offset = 0] = waiting.offsets;
      onLongHeld(partition, offset);
    });
  }

  #written(partition: number, waiting: Waiting, offset: number): void {
    waiting.offsets.delete(offset);
    if (waiting.offsets.size > 0 || this.#waiting.get(partition) !== waiting) return;
    this.#waiting.delete(partition);
    const { clock, onLongHeldReleased } = this.#options;
    const { heldSinceMs, news } = waiting;
    markFree(waiting);
    if (heldSinceMs !== null && news === "told") {
      onLongHeldReleased?.(partition, clock.monotonicMs() - heldSinceMs);
    }
    for (const wake of waiting.wake) wake();
  }
}

function markFree(waiting: Waiting): void {
  waiting.heldSinceMs = null;
  if (waiting.news !== "told") waiting.news?.cancel();
  waiting.news = null;
}
