// Whether the group membership works, judged by what Kafka answered last and when.

import type { Clock } from "../runtime/clock.ts";

/** Without an answer for this long the connection counts as down, whatever the sockets say. */
const SILENCE_MS = 15_000;

export class Liveness {
  readonly #clock: Clock;
  #provenAtMs: number | null = null;
  #downSinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#downSinceMs = clock.monotonicMs();
  }

  get alive(): boolean {
    return this.#provenAtMs !== null && this.#clock.monotonicMs() - this.#provenAtMs < SILENCE_MS;
  }

  /** Kafka answered as to a member. */
  proven(): void {
    this.#provenAtMs = this.#clock.monotonicMs();
  }

  /** An attempt failed. */
  failed(): void {
    this.lost();
  }

  /** The membership ended. */
  lost(): void {
    if (this.#provenAtMs === null) return;
    this.#downSinceMs = this.#clock.monotonicMs();
    this.#provenAtMs = null;
  }

  downSeconds(): number | null {
    if (this.alive) return null;
    const sinceMs = this.#provenAtMs ?? this.#downSinceMs;
    return (this.#clock.monotonicMs() - sinceMs) / 1000;
  }
}
