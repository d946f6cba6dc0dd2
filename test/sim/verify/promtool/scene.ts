// Recordings written by hand, and rules on them.

import { readRuleFile } from "../../../../src/promql/rules/read-rule-file.ts";
import type { RuleGroup } from "../../../../src/promql/rules/rule.ts";
import { SeriesStore } from "../../../../src/promql/series-store.ts";
import { parseSeriesDescription } from "../../../support/described-series.ts";

export const SCRAPE_INTERVAL_MS = 15_000;
/** A Monday, 08:01:00 UTC. */
export const START_MS = Date.UTC(2026, 0, 5, 8, 1);

export interface RecordedSeries {
  readonly store: SeriesStore;
  readonly scrapeIntervalMs: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** @param series as `up{job="a"} 1x8 0 stale`, a value each scrape */
export function recorded(series: readonly string[], scrapes: number): RecordedSeries {
  const store = new SeriesStore();
  for (const text of series) {
    const { labels, values } = parseSeriesDescription(text);
    for (const [index, value] of values.entries()) {
      if (value !== undefined) store.append(labels, START_MS + index * SCRAPE_INTERVAL_MS, value);
    }
  }
  const endMs = START_MS + (scrapes - 1) * SCRAPE_INTERVAL_MS;
  return { store, scrapeIntervalMs: SCRAPE_INTERVAL_MS, startMs: START_MS, endMs };
}

export function rules(text: string): readonly RuleGroup[] {
  return readRuleFile(text, "rules.yaml");
}
