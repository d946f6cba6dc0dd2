// How much one client may be sent now: a rate for browsers that are known to keep up with no more, and for those that
// acknowledge a window beyond what they acknowledged.

import type { Clock, Timer } from "../../runtime/clock.ts";
import type { TokenBucket } from "../../stream/token-bucket.ts";
import { AckWindow } from "./ack-window.ts";

/** A paced client is woken for several records at once rather than for each. */
const PACE_TICK_MS = 50;

export class Pacing {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket | null;
  readonly #wake: () => void;
  #window: AckWindow | null = null;
  #timer: Timer | null = null;

  /** @param wake called when a client that had to wait may be sent more */
  constructor(clock: Clock, bucket: TokenBucket | null, wake: () => void) {
    this.#clock = clock;
    this.#bucket = bucket;
    this.#wake = wake;
  }

  /** Its pace is limited by us or by itself, not by its socket. */
  get limits(): boolean {
    return this.#bucket !== null || this.#window !== null;
  }

  /** Records that may be sent now, at most `wanted`; if there are none, it is woken later or acknowledges some. */
  allowance(wanted: number): number {
    let records = Math.min(wanted, this.#window?.free ?? wanted);
    if (this.#bucket === null) return records;
    const nowMs = this.#clock.monotonicMs();
    records = Math.min(records, this.#bucket.available(nowMs));
    if (records === 0) this.wakeAfter(Math.max(this.#bucket.waitMs(1, nowMs), PACE_TICK_MS));
    return records;
  }

  wakeAfter(waitMs: number): void {
    this.#timer ??= this.#clock.after(waitMs, () => {
      this.#timer = null;
      this.#wake();
    });
  }

  /** A record went out. */
  sent(partition: number, offset: number): void {
    this.#window?.sent(partition, offset);
  }

  /** So many records went out with one write. */
  took(records: number): void {
    this.#bucket?.take(records, this.#clock.monotonicMs());
  }

  /** At most so many records are sent beyond what is acknowledged. */
  setAckWindow(records: number): void {
    this.#window = new AckWindow(records);
  }

  acknowledge(offsets: ReadonlyMap<number, number>): void {
    for (const [partition, offset] of offsets) this.#window?.acknowledge(partition, offset);
  }

  /** Offsets of the partition start over. */
  forget(partition: number): void {
    this.#window?.forget(partition);
  }

  cancel(): void {
    this.#timer?.cancel();
  }
}
