// Series of one target over some scrapes, kept as a Prometheus server keeps them: a series that is missing in a scrape ends
// there.

import { ExpositionReader } from "../exposition.ts";
import type { Labels } from "../labels.ts";
import { SeriesStore } from "../series-store.ts";

export class ScrapedSeries {
  readonly store = new SeriesStore();
  readonly #reader = new ExpositionReader();
  #previous = new Map<string, Labels>();

  /**
   * Samples with times of their own keep them; one that is older than what is there already is passed over, as Prometheus
   * does.
   * @throws DashstreamError `exposition_invalid`, and nothing of this scrape is kept
   */
  add(text: string, atMs: number): void {
    const samples = this.#reader.read(text);
    const current = new Map<string, Labels>();
    for (const { labels, value, timestampMs } of samples) {
      this.#append(labels, timestampMs ?? atMs, value);
      // Prometheus marks the end only of series without times of their own.
      if (timestampMs === null) current.set(labels.key, labels);
    }
    for (const [key, labels] of this.#previous) {
      if (!current.has(key)) this.#append(labels, atMs, null);
    }
    this.#previous = current;
  }

  #append(labels: Labels, atMs: number, value: number | null): void {
    const lastMs = this.store.get(labels)?.timestampsMs.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (atMs >= lastMs) this.store.append(labels, atMs, value);
  }
}
