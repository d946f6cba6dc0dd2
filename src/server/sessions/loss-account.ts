// What one client lost: counted once, announced once, and summed over a window to tell when enough is enough.

import type { Clock } from "../../runtime/clock.ts";
import { LagWindow } from "./lag-window.ts";
import { Loss, type LostRange } from "./loss.ts";
import { lagSeverity } from "./server-frames.ts";
import type { SessionMetrics } from "./session-metrics.ts";

export interface LossAccountContext {
  readonly clock: Clock;
  readonly metrics: SessionMetrics;
  /** Tells the health report about lost records. */
  readonly onDropped: (count: number) => void;
}

export class LossAccount {
  readonly #context: LossAccountContext;
  readonly #window: LagWindow;
  readonly #loss = new Loss();
  /** How much of `#loss` is counted already. */
  #counted = 0;

  constructor(context: LossAccountContext, windowMs: number) {
    this.#context = context;
    this.#window = new LagWindow(windowMs);
  }

  add(partition: number, offset: number): void {
    this.#loss.add(partition, offset);
  }

  addRange(partition: number, fromOffset: number, toOffset: number): void {
    this.#loss.addRange(partition, fromOffset, toOffset);
  }

  /** Counts what came since the last call; gives the sum of the window after it, 0 if nothing came. */
  settle(): number {
    const count = this.#loss.count - this.#counted;
    if (count === 0) return 0;
    this.#counted = this.#loss.count;
    const { metrics, clock, onDropped } = this.#context;
    const severity = lagSeverity(count);
    metrics.dropped.inc(count);
    metrics.lagEvents[severity].inc();
    metrics.lagMessages[severity].inc(count);
    onDropped(count);
    return this.#window.add(count, clock.monotonicMs());
  }

  /** What was settled and is not announced yet; `null` if there is nothing. It counts as announced afterwards. */
  take(): { readonly count: number; readonly ranges: readonly LostRange[] } | null {
    const { count } = this.#loss;
    if (count === 0) return null;
    this.#counted = 0;
    return { count, ranges: this.#loss.take() };
  }
}
