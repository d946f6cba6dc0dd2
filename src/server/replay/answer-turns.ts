// Hands answers out, never at once, in order, and only so many bytes before everything else of the process gets its
// turn: a page that a thousand clients wait for becomes a thousand pages to send.

import type { Clock } from "../../runtime/clock.ts";

interface Waiting {
  readonly bytes: number;
  readonly give: () => void;
}

/** Bytes handed out in one turn. */
const TURN_BYTES = 1024 * 1024;

export class AnswerTurns {
  readonly #clock: Pick<Clock, "after">;
  #waiting: Waiting[] = [];
  #turnIsDue = false;

  constructor(clock: Pick<Clock, "after">) {
    this.#clock = clock;
  }

  /** Calls `give` soon. `bytes` is what it causes. */
  push(bytes: number, give: () => void): void {
    this.#waiting.push({ bytes, give });
    if (this.#turnIsDue) return;
    this.#turnIsDue = true;
    queueMicrotask(() => this.#turn());
  }

  #turn(): void {
    let bytes = 0;
    let given = 0;
    try {
      for (const { bytes: size, give } of this.#waiting) {
        if (bytes >= TURN_BYTES) break;
        given++;
        bytes += size;
        give();
      }
    } finally {
      // One that throws takes no other's answer away.
      this.#waiting = this.#waiting.slice(given);
      this.#turnIsDue = this.#waiting.length > 0;
      if (this.#turnIsDue) this.#clock.after(0, () => this.#turn());
    }
  }
}
