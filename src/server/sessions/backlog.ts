// What waits for one client: a floor in each partition, a position in the ring, and the partitions that the ring does
// not cover from the client's floor on. Every record after a floor is ahead of the position, or its partition is among
// those, or it was given up with an account of it.

import type { Ring } from "../ring.ts";
import { CatchUp } from "./catch-up.ts";
import type { Loss, LostRange } from "./loss.ts";
import { SentOffsets } from "./sent-offsets.ts";

/** Records that no tier has. */
export interface MissingRange extends LostRange {
  /** The client was too slow: it had come to them when they were there. */
  readonly overrun: boolean;
}

/** Offsets of a partition start over. */
export interface PartitionRestart {
  readonly partition: number;
  /** Everything of the old log below this was read; what a client has not got of it, it never will. */
  readonly handledUpTo: number;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
}

type Account = Pick<Loss, "add" | "addRange">;

export class Backlog {
  readonly #ring: Ring;
  readonly catchUp = new CatchUp();
  readonly sent = new SentOffsets();
  /**
   * Partitions whose stream begins wherever their oldest record is, with the offset that came next when that was asked
   * for: what is gone before the oldest record is no loss, unless it came after the question.
   */
  readonly #fromOldest = new Map<number, number>();
  /** Partitions in which the ring overtook this client. */
  readonly #overrun = new Set<number>();
  position: number;

  constructor(ring: Ring) {
    this.#ring = ring;
    this.position = ring.head;
  }

  /** Nothing waits. */
  get isEmpty(): boolean {
    return this.position === this.#ring.head && this.catchUp.size === 0;
  }

  /** Records that wait, those before the ring by their offsets. */
  get size(): number {
    let size = this.#ring.head - this.position;
    for (const partition of this.catchUp.partitions()) {
      size += Math.max(0, this.#coveredFrom(partition) - this.sent.floor(partition) - 1);
    }
    return size;
  }

  /** Owed is what comes from the position on. */
  followFromHere(): void {
    const ring = this.#ring;
    for (let position = this.position; position < ring.head; position++) {
      this.sent.follow(ring.partitionAt(position), ring.offsetAt(position));
    }
    for (const [partition, span] of ring.spans) this.sent.follow(partition, span.nextOffset);
  }

  /** Owed is what comes after now, and by the client's own wish nothing of what came before. */
  skipToNow(): void {
    this.catchUp.clear();
    for (const [partition, span] of this.#ring.spans) this.sent.skipTo(partition, span.nextOffset);
    this.position = this.#ring.head;
  }

  /**
   * Begins with the oldest record there is of a partition, at `offset` or later, unless its stream began already. What
   * is gone is a loss only from `owedFrom` on; what comes from now on, unless given.
   */
  followFromOldest(partition: number, offset = 0, owedFrom = this.#ring.nextOffset(partition)): void {
    this.sent.begin(partition, offset);
    this.#fromOldest.set(partition, owedFrom);
  }

  /** Looks anew where everything after the floors lies; gives the partitions of which the ring has something. */
  locate(): number {
    const ring = this.#ring;
    let inRing = 0;
    this.catchUp.clear();
    for (const [partition, span] of ring.spans) {
      if (!this.sent.follows(partition)) continue;
      if (!this.checkCoverage(partition) && span.lastOffset > this.sent.floor(partition)) inRing++;
    }
    this.position = oldestNeeded(ring, (partition) =>
      this.catchUp.has(partition) || !this.sent.follows(partition) ? null : this.sent.floor(partition),
    );
    return inRing;
  }

  /** True if the ring does not cover the partition from the floor on; it is to be served from the tiers then. */
  checkCoverage(partition: number): boolean {
    if (!this.sent.follows(partition)) return false;
    if (this.sent.floor(partition) + 1 >= this.#coveredFrom(partition)) return false;
    this.catchUp.add(partition);
    return true;
  }

  /** The record at the position leaves the ring; if the client needs it, it comes from the tiers. */
  overtaken(): void {
    const partition = this.#ring.partitionAt(this.position);
    const offset = this.#ring.offsetAt(this.position);
    this.position++;
    this.sent.follow(partition, offset);
    if (offset <= this.sent.floor(partition) || this.catchUp.has(partition)) return;
    this.catchUp.add(partition);
    this.#overrun.add(partition);
  }

  /** Goes past the record at the position; what was meant for this client goes to `account`. */
  passOver(account: Account): void {
    const partition = this.#ring.partitionAt(this.position);
    const offset = this.#ring.offsetAt(this.position);
    this.position++;
    if (this.sent.raise(partition, offset)) account.add(partition, offset);
  }

  /** Passes over what lies before `end` in the ring, and before the ring what lies below `target` of its partition. */
  passOverRest(end: number, target: (partition: number) => number, account: Account): void {
    for (const partition of [...this.catchUp.partitions()]) {
      const fromOffset = this.sent.floor(partition) + 1;
      const toOffset = Math.min(this.#coveredFrom(partition), target(partition)) - 1;
      if (toOffset >= fromOffset) {
        this.sent.raise(partition, toOffset);
        // Also of a stream that begins with the oldest record: where that is, nobody has looked yet.
        this.#fromOldest.delete(partition);
        account.addRange(partition, fromOffset, toOffset);
      }
      this.meetRing(partition);
    }
    while (this.position < end) {
      if (this.catchUp.has(this.#ring.partitionAt(this.position))) this.position++;
      else this.passOver(account);
    }
  }

  /** Passes over what comes from the tiers: an empty write would cost as much as one of several records. */
  skipElsewhere(end: number): this {
    if (this.catchUp.size === 0) return this;
    while (this.position < end && this.catchUp.has(this.#ring.partitionAt(this.position))) this.position++;
    return this;
  }

  /** A page was sent to its end. */
  pageDone(partition: number, nextOffset: number): void {
    this.sent.raise(partition, nextOffset - 1);
  }

  /** The oldest record of a partition was found: from here on what is missing is a loss. */
  foundOldest(partition: number): void {
    this.#fromOldest.delete(partition);
  }

  /** Goes on in the ring if that covers the partition from the floor on. */
  meetRing(partition: number): void {
    const floor = this.sent.floor(partition);
    if (floor + 1 < this.#coveredFrom(partition)) return;
    this.catchUp.remove(partition);
    this.#overrun.delete(partition);
    const oldest = oldestNeeded(this.#ring, (other) => (other === partition ? floor : null));
    this.position = Math.min(this.position, oldest);
  }

  /**
   * No tier has records of the partition before `nextOffset`: gives what the client misses by that, if anything. What
   * lies before `owedFrom` is not owed.
   */
  missing(partition: number, nextOffset: number, owedFrom = 0): MissingRange | null {
    const fromOffset = this.sent.floor(partition) + 1;
    const toOffset = Math.min(nextOffset, this.#coveredFrom(partition)) - 1;
    if (toOffset < fromOffset) return null;
    // Who was sent something of the partition has found its oldest record, wherever that came from.
    const askedAt = this.sent.isUntouched(partition) ? this.#fromOldest.get(partition) : undefined;
    this.#fromOldest.delete(partition);
    const lostFrom = Math.max(fromOffset, askedAt ?? 0, owedFrom);
    const overrun = this.#overrun.has(partition);
    this.sent.raise(partition, toOffset);
    if (lostFrom > toOffset) return null;
    return { partition, fromOffset: lostFrom, toOffset, count: toOffset - lostFrom + 1, overrun };
  }

  /** Offsets of the partition start over. */
  restart(partition: number): void {
    this.sent.forget(partition);
    this.catchUp.remove(partition);
    this.#overrun.delete(partition);
    this.#fromOldest.delete(partition);
  }

  #coveredFrom(partition: number): number {
    return this.#ring.spans.get(partition)?.coveredFrom ?? 0;
  }
}

/**
 * The position from which all records lie that are still needed: of the partitions that `needs` names, those after
 * the floor that it gives; `null` for a partition of which nothing is needed.
 */
function oldestNeeded(ring: Ring, needs: (partition: number) => number | null): number {
  const open = new Map<number, number>();
  for (const [partition, span] of ring.spans) {
    const floor = needs(partition);
    if (floor !== null && span.lastOffset > floor) open.set(partition, floor);
  }
  let position = ring.head;
  let oldest = position;
  while (position > ring.tail && open.size > 0) {
    position--;
    const partition = ring.partitionAt(position);
    const floor = open.get(partition);
    if (floor === undefined) continue;
    if (ring.offsetAt(position) <= floor) open.delete(partition);
    else oldest = position;
  }
  return oldest;
}
