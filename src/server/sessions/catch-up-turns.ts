// Clients that are behind take turns, each with a little, and between rounds the rest of the server has its turn: a
// thousand clients that catch up at once hold up neither the live ones nor the consumer.

import type { Clock, Timer } from "../../runtime/clock.ts";

/** Turns of one round. */
const ROUND_TURNS = 16;

export interface TurnTaker {
  /** Sends what there is, within the bounds of one turn. */
  takeTurn(): void;
}

export class CatchUpTurns {
  readonly #clock: Clock;
  readonly #afterRound: () => void;
  readonly #waiting = new Set<TurnTaker>();
  #timer: Timer | null = null;

  constructor(clock: Clock, afterRound: () => void) {
    this.#clock = clock;
    this.#afterRound = afterRound;
  }

  /** Has a turn after all that wait already; once, however often it asks. */
  enqueue(taker: TurnTaker): void {
    this.#waiting.add(taker);
    this.#timer ??= this.#clock.after(0, () => this.#round());
  }

  leave(taker: TurnTaker): void {
    this.#waiting.delete(taker);
  }

  #round(): void {
    this.#timer = null;
    let turns = 0;
    for (const taker of this.#waiting) {
      if (turns++ === ROUND_TURNS) break;
      this.#waiting.delete(taker);
      taker.takeTurn();
    }
    this.#afterRound();
    if (this.#waiting.size > 0) this.#timer ??= this.#clock.after(0, () => this.#round());
  }
}
