// Series that rules write into the store: samples, and staleness markers where a series of the last evaluation is gone
// (rules/group.go of Prometheus).

import type { Labels } from "../labels.ts";
import type { SampleValue, SeriesStore } from "../series-store.ts";
import type { VectorSample } from "../value.ts";

/** What became of a sample. */
type Appended = "stored" | "out of order sample" | "duplicate sample for timestamp";

/** Of one rule. */
export class RuleOutput {
  readonly #store: SeriesStore;
  #previous = new Map<string, Labels>();

  constructor(store: SeriesStore) {
    this.#store = store;
  }

  /** @returns why samples could not be stored, each reason once */
  write(samples: readonly VectorSample[], atMs: number): readonly string[] {
    const written = new Map<string, Labels>();
    const reasons = new Set<string>();
    for (const { labels, value } of samples) {
      const appended = this.#append(labels, atMs, value);
      if (appended === "stored") written.set(labels.key, labels);
      else reasons.add(`${appended}: ${labels}`);
    }
    for (const [key, labels] of this.#previous) {
      // Another rule may have written it meanwhile; then it goes on.
      if (!written.has(key)) this.#append(labels, atMs, null);
    }
    this.#previous = written;
    return [...reasons];
  }

  /** As a TSDB takes samples: none before the last, and none at its time with another value. */
  #append(labels: Labels, atMs: number, value: SampleValue): Appended {
    const series = this.#store.get(labels);
    const lastMs = series?.timestampsMs.at(-1);
    if (lastMs !== undefined && atMs < lastMs) return "out of order sample";
    if (lastMs === atMs && !Object.is(series?.values.at(-1), value)) return "duplicate sample for timestamp";
    this.#store.append(labels, atMs, value);
    return "stored";
  }
}
