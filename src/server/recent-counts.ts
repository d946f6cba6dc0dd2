// Counts by name over the last two minutes, of a bounded number of names: who did something lately, and how often.

import type { Clock } from "../runtime/clock.ts";
import { boundTenantId } from "../stream/tenant-id.ts";
import { SlidingWindow } from "./sliding-window.ts";

/** Names that are told apart; further ones count only in the sums until one of these is quiet. */
const MAX_NAMES = 1_000;

export class RecentCounts {
  readonly #clock: Clock;
  readonly #all: SlidingWindow;
  /** The one that counted longest ago first. */
  readonly #byName = new Map<string, SlidingWindow>();
  #total = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#all = new SlidingWindow(clock);
  }

  /** Since the start. */
  get total(): number {
    return this.#total;
  }

  add(id: string, count: number): void {
    const name = boundTenantId(id);
    this.#total += count;
    this.#all.add(count);
    const window = this.#byName.get(name) ?? this.#newWindow();
    if (window === null) return;
    window.add(count);
    this.#byName.delete(name);
    this.#byName.set(name, window);
  }

  /** Of all names in the last two minutes. */
  inWindow(): number {
    return this.#all.total();
  }

  /** Names with the largest counts of the last two minutes, largest first. */
  largest(limit: number): readonly (readonly [name: string, count: number])[] {
    return [...this.#byName]
      .map(([name, window]) => [name, window.total()] as const)
      .filter(([, count]) => count > 0)
      .sort(([, a], [, b]) => b - a)
      .slice(0, limit);
  }

  /** `null` if there is no room. */
  #newWindow(): SlidingWindow | null {
    const [oldest] = this.#byName;
    if (oldest !== undefined && this.#byName.size >= MAX_NAMES) {
      const [name, window] = oldest;
      if (window.total() > 0) return null;
      this.#byName.delete(name);
    }
    return new SlidingWindow(this.#clock);
  }
}
