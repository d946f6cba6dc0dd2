// Bytes a second. What was fetched is paid for afterwards, because its size is not known before; nobody fetches while
// there is something to pay, so that over time no more comes than the rate allows.

import type { Clock } from "../../runtime/clock.ts";
import { TokenBucket } from "../../stream/token-bucket.ts";

/** Shared by all who fetch. */
export class BytePace {
  readonly #clock: Clock;
  readonly #burstBytes: number;
  readonly #bucket: TokenBucket | null;
  #owedBytes = 0;

  /** @param bytesPerSecond 0: no limit. As many are free at once as come in a second */
  constructor(bytesPerSecond: number, clock: Clock) {
    this.#clock = clock;
    this.#burstBytes = bytesPerSecond;
    const limit = { messagesPerSecond: bytesPerSecond, burstCapacity: bytesPerSecond };
    this.#bucket = bytesPerSecond === 0 ? null : new TokenBucket(limit, clock.monotonicMs());
  }

  spend(bytes: number): void {
    if (this.#bucket !== null) this.#owedBytes += bytes;
  }

  /** Resolves when everything is paid, or `signal` aborts. */
  async settled(signal: AbortSignal): Promise<void> {
    while (this.#owedBytes > 0 && this.#bucket !== null && !signal.aborted) {
      const nowMs = this.#clock.monotonicMs();
      this.#owedBytes -= this.#bucket.takeUpTo(this.#owedBytes, nowMs);
      if (this.#owedBytes === 0) return;
      const wanted = Math.min(this.#owedBytes, this.#burstBytes);
      await this.#clock.sleep(this.#bucket.waitMs(wanted, nowMs), signal);
    }
  }
}
