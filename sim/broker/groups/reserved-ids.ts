// Member ids that were given out to members which are asked to join again under them (KIP-394). One that is not
// used within a session timeout is void.

import type { Clock, Timer } from "../../../src/runtime/clock.ts";

export class ReservedIds {
  readonly #timers = new Map<string, Timer>();

  get size(): number {
    return this.#timers.size;
  }

  reserve(memberId: string, clock: Clock, timeoutMs: number, onExpiry: () => void): void {
    const expire = () => {
      this.#timers.delete(memberId);
      onExpiry();
    };
    this.#timers.set(memberId, clock.after(timeoutMs, expire));
  }

  /** Takes an id back; whether it was reserved. */
  redeem(memberId: string): boolean {
    this.#timers.get(memberId)?.cancel();
    return this.#timers.delete(memberId);
  }

  clear(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
