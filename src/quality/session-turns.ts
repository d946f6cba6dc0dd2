// How many turns a session took, known only once it is over: the highest turn of each session is kept, and given
// out when the session has been silent for long enough. Memory is bounded, and no session is lost for it.

import type { Clock, Timer } from "../runtime/clock.ts";

export interface SessionTurnsOptions {
  readonly clock: Clock;
  /** A session without a report for this long is over. */
  readonly timeoutMs: number;
  /** Sessions kept at once; beyond it the one silent for longest counts as over. */
  readonly maxSessions: number;
  /** Gets the highest turn of a session that is over. */
  readonly ended: (turns: number) => void;
}

interface Session {
  readonly turns: number;
  readonly lastMs: number;
}

export class SessionTurns {
  readonly #options: SessionTurnsOptions;
  /** In the order of their last report, the one silent for longest first. */
  readonly #sessions = new Map<string, Session>();
  #timer: Timer | null = null;

  constructor(options: SessionTurnsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * A report of a session. `turn` is `null` if it does not say; it keeps the session going all the same. Without a
   * session (empty id) there is nothing to wait for, and the turn is given out at once.
   */
  report(sessionId: string, turn: number | null): void {
    if (sessionId === "") {
      if (turn !== null) this.#options.ended(turn);
      return;
    }
    const known = this.#sessions.get(sessionId);
    const turns = Math.max(known?.turns ?? 0, turn ?? 0);
    if (known === undefined && turn === null) return;
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, { turns, lastMs: this.#options.clock.monotonicMs() });
    if (this.#sessions.size > this.#options.maxSessions) this.#endOldest();
    this.#schedule();
  }

  /** Ends all sessions, for an orderly end of the process. */
  flush(): void {
    while (this.#sessions.size > 0) this.#endOldest();
    this.#timer?.cancel();
    this.#timer = null;
  }

  #oldest(): readonly [string, Session] | undefined {
    return this.#sessions.entries().next().value;
  }

  #endOldest(): void {
    const oldest = this.#oldest();
    if (oldest === undefined) return;
    this.#sessions.delete(oldest[0]);
    this.#options.ended(oldest[1].turns);
  }

  /** One timer at most, for the session that is over next; a report meanwhile only makes it fire too early. */
  #schedule(): void {
    const oldest = this.#oldest();
    if (oldest === undefined || this.#timer !== null) return;
    const { clock } = this.#options;
    const delayMs = Math.max(1, this.#overAtMs(oldest[1]) - clock.monotonicMs());
    this.#timer = clock.after(delayMs, () => {
      this.#timer = null;
      this.#endSilent();
      this.#schedule();
    });
  }

  #endSilent(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const session of this.#sessions.values()) {
      if (this.#overAtMs(session) > nowMs) return;
      this.#endOldest();
    }
  }

  #overAtMs(session: Session): number {
    return session.lastMs + this.#options.timeoutMs;
  }
}
