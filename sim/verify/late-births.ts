// Counters that did not exist before they counted. Their first increment is invisible to `rate` and `increase`, so a rule
// on something rare would never fire, though a drill that keeps its fault on sees it fire all the same.

import { metricOf, selectorsOf } from "../../src/promql/expr-series.ts";
import { METRIC_NAME } from "../../src/promql/labels.ts";
import type { Rule } from "../../src/promql/rules/rule.ts";
import type { Series, SeriesStore } from "../../src/promql/series-store.ts";
import type { Recording } from "./recording.ts";

/** Series of these labels are made when their value is first seen, at 0, and may have counted before the next scrape. */
const OPEN_LABELS = ["tenant_id"];
/** Counters of such labels that are made together with another one, which shows whether they were. */
const MADE_WITH: Readonly<Record<string, string>> = {
  dashstream_rate_limit_exceeded_total: "dashstream_rate_limit_allowed_total",
};
const COUNTER = /_(?:total|count|bucket)$/;

/** Whether a metric of this name counts; others may appear whenever they have something to say. */
export function isCounter(name: string): boolean {
  return COUNTER.test(name);
}

/** Names of metrics that rules read and that had a series begin above 0 while its target was being scraped. */
export function lateBirths(
  { store, scrapeIntervalMs }: Pick<Recording, "store" | "scrapeIntervalMs">,
  rules: readonly Rule[],
): readonly string[] {
  const late = new Set<string>();
  for (const selector of rules.flatMap(({ expr }) => selectorsOf(expr))) {
    const metric = metricOf(selector);
    if (!isCounter(metric)) continue;
    if (isBornAfterItsTwin(store, metric)) late.add(metric);
    for (const series of store.select(selector.matchers)) {
      if (OPEN_LABELS.some((label) => series.labels.has(label))) continue;
      const { labels } = series;
      for (const bornMs of lateBirthsOf(series)) {
        const wasScraped = isUp(store, labels.get("job"), labels.get("instance"), bornMs - scrapeIntervalMs);
        if (wasScraped) late.add(metric);
      }
    }
  }
  return [...late];
}

/** When the series began, or began again after it had ended, with a value above 0. */
function lateBirthsOf({ timestampsMs, values }: Series): readonly number[] {
  return timestampsMs.filter((_, index) => (values[index] ?? 0) > 0 && (values[index - 1] ?? null) === null);
}

/** Whether a series that is made together with one of another metric was not there when that one was. */
function isBornAfterItsTwin(store: SeriesStore, metric: string): boolean {
  return store.named(MADE_WITH[metric] ?? "").some((twin) => {
    const series = store.get(twin.labels.with({ [METRIC_NAME]: metric }));
    return series?.timestampsMs[0] !== twin.timestampsMs[0];
  });
}

/** Whether the target answered the scrape at that time. */
function isUp(store: SeriesStore, job: string, instance: string, atMs: number): boolean {
  for (const { labels, timestampsMs, values } of store.named("up")) {
    if (labels.get("job") !== job || labels.get("instance") !== instance) continue;
    const index = timestampsMs.lastIndexOf(atMs);
    if (index >= 0) return values[index] === 1;
  }
  return false;
}
