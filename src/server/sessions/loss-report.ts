// What one client does not get, counted and said: records that the ring or the tiers lost before it took them, records
// that a resume asked for and nobody has, records beyond the limit of a replay.

import { Loss, type LostRange } from "./loss.ts";
import { LossAccount } from "./loss-account.ts";
import { cappedGap, cursorStale, disconnectSlow, liveGap, replayGap } from "./server-frames.ts";
import type { SessionContext } from "./session-context.ts";
import type { ReplayMetrics } from "./session-metrics.ts";

export class LossReport {
  readonly #context: SessionContext;
  readonly #send: (frame: string) => void;
  /** Records for which the client was too slow. */
  readonly account: LossAccount;
  /** Records that resumes asked for and did not get. */
  missingCount = 0;

  /** `send` puts a text frame between records. */
  constructor(context: SessionContext, send: (frame: string) => void) {
    this.#context = context;
    this.#send = send;
    this.account = new LossAccount(context, context.limits.slowWindowSecs * 1000);
  }

  /** Counts what was lost since the last call; true if the client is to be disconnected for it, which was said then. */
  settle(): boolean {
    const { slowThreshold, slowWindowSecs } = this.#context.limits;
    const lagInWindow = this.account.settle();
    if (slowThreshold === 0 || lagInWindow < slowThreshold) return false;
    this.announce();
    this.#context.metrics.slowDisconnects.inc();
    this.#send(disconnectSlow(lagInWindow, slowThreshold, slowWindowSecs));
    return true;
  }

  /** Says what was lost; to be called before anything goes out that comes after it. */
  announce(): void {
    const lost = this.account.take();
    if (lost) this.#send(liveGap(lost.count, lost.ranges));
  }

  /** Records after a cursor that are nowhere to be had; `stale` if the cursor is too old for them. */
  missing(range: LostRange, stale: boolean, { gaps, gapMessages }: ReplayMetrics): void {
    this.missingCount += range.count;
    gaps.inc();
    gapMessages.inc(range.count);
    if (stale) this.#send(cursorStale(range.partition, range.fromOffset - 1, range.toOffset + 1));
    this.#send(replayGap(range));
  }

  /** What a replay at its limit leaves out, as `passOver` accounts for it; nobody was too slow for it. */
  leftOut(passOver: (account: Loss) => void, { gaps, gapMessages }: ReplayMetrics): void {
    const leftOut = new Loss();
    passOver(leftOut);
    const { count } = leftOut;
    if (count === 0) return;
    this.missingCount += count;
    gaps.inc();
    gapMessages.inc(count);
    this.#send(cappedGap(count, leftOut.take(), this.#context.limits.replayMaxRecords));
  }
}
