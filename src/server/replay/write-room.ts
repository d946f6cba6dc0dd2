// How many writes, and of how many bytes, may be under way at once. Whoever finds no room waits a little, in the order
// of asking, and then goes without.

import type { Clock } from "../../runtime/clock.ts";

export interface WriteRoomOptions {
  readonly clock: Clock;
  readonly maxWrites: number;
  /** A single write may be larger. */
  readonly maxBytes: number;
  /** How long `enter` waits at most. */
  readonly maxWaitMs: number;
}

interface Waiting {
  readonly bytes: number;
  readonly settle: (hasRoom: boolean) => void;
}

export class WriteRoom {
  readonly #options: WriteRoomOptions;
  readonly #waiting: Waiting[] = [];
  #writes = 0;
  #bytes = 0;

  constructor(options: WriteRoomOptions) {
    this.#options = options;
  }

  /** False if there is no room now, or others wait for it. */
  tryEnter(bytes: number): boolean {
    return this.#waiting.length === 0 && this.#take(bytes);
  }

  /** Resolves `false` if there was no room in time. */
  enter(bytes: number): Promise<boolean> {
    if (this.tryEnter(bytes)) return Promise.resolve(true);
    const { clock, maxWaitMs } = this.#options;
    return new Promise((resolve) => {
      const waiting = {
        bytes,
        settle: (hasRoom: boolean) => {
          timer.cancel();
          resolve(hasRoom);
        },
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        resolve(false);
      };
      // A process that was busy itself may have the answers that make room in its socket: one turn to read them.
      let timer = clock.after(maxWaitMs, () => {
        timer = clock.after(0, giveUp);
      });
      this.#waiting.push(waiting);
    });
  }

  /** Whoever entered says so when its write ended. */
  leave(bytes: number): void {
    this.#writes--;
    this.#bytes -= bytes;
    for (let next = this.#waiting[0]; next !== undefined && this.#take(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      next.settle(true);
    }
  }

  #take(bytes: number): boolean {
    const { maxWrites, maxBytes } = this.#options;
    if (this.#writes >= maxWrites || (this.#writes > 0 && this.#bytes + bytes > maxBytes)) return false;
    this.#writes++;
    this.#bytes += bytes;
    return true;
  }
}
