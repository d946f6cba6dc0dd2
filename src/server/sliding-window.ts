// How many events the last two minutes saw, in constant memory and without touching a timer: a ring of
// ten-second buckets.

import type { Clock } from "../runtime/clock.ts";

/** Length of every window of `/health`, in seconds. */
const WINDOW_SECONDS = 120;

const BUCKET_MS = 10_000;
/** Twelve full buckets and the one being filled, so that an event of exactly 120 s ago still counts. */
const BUCKET_COUNT = (WINDOW_SECONDS * 1000) / BUCKET_MS + 1;

/**
 * Counts events over 120 s. Nothing that is 120 s old or younger is missed; what is up to 10 s
 * older may still count.
 */
export class SlidingWindow {
  readonly #clock: Clock;
  readonly #counts: number[] = new Array<number>(BUCKET_COUNT).fill(0);
  #current: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#current = this.#bucketNow();
  }

  add(count: number): void {
    this.#advance();
    const slot = this.#current % BUCKET_COUNT;
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count;
  }

  total(): number {
    this.#advance();
    let total = 0;
    for (const count of this.#counts) total += count;
    return total;
  }

  #bucketNow(): number {
    return Math.floor(this.#clock.monotonicMs() / BUCKET_MS);
  }

  #advance(): void {
    const now = this.#bucketNow();
    const steps = Math.min(now - this.#current, BUCKET_COUNT);
    for (let i = 1; i <= steps; i++) this.#counts[(this.#current + i) % BUCKET_COUNT] = 0;
    this.#current = now;
  }
}
