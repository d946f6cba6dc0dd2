// How long records took, over the most recent ones.

/** Records that a quantile is taken over. */
const WINDOW = 2_000;

export class LatencyWindow {
  readonly #recentMs: number[] = [];
  #next = 0;

  record(latencyMs: number): void {
    this.#recentMs[this.#next] = latencyMs;
    this.#next = (this.#next + 1) % WINDOW;
  }

  /** Nearest-rank quantile in milliseconds, `null` before the first record. @param q from 0 to 1 */
  quantileMs(q: number): number | null {
    const sorted = this.#recentMs.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null;
  }
}
