// What a Prometheus scraped during a drill, as a recording like that of a run in virtual time, so that both are judged,
// charted and compared by the same code.

import { Labels } from "../../src/promql/labels.ts";
import { SeriesStore } from "../../src/promql/series-store.ts";
import type { RawSeries } from "./prometheus-api.ts";

/**
 * The API does not tell staleness markers: a series that misses a scrape and a half is taken to have ended there, which is
 * what Prometheus itself would have marked.
 */
const MISSED_SCRAPES = 1.5;

/** @param endMs when the recording ends; a series that ended before has a marker */
export function storeOf(
  series: readonly RawSeries[],
  { scrapeIntervalMs, endMs }: { readonly scrapeIntervalMs: number; readonly endMs: number },
): SeriesStore {
  const store = new SeriesStore();
  const patienceMs = scrapeIntervalMs * MISSED_SCRAPES;
  for (const { labels, samples } of series) {
    const own = Labels.of(Object.entries(labels));
    for (const [index, { atMs, value }] of samples.entries()) {
      store.append(own, atMs, value);
      const nextMs = samples[index + 1]?.atMs ?? endMs;
      if (nextMs - atMs > patienceMs) store.append(own, atMs + scrapeIntervalMs, null);
    }
  }
  return store;
}
