// Counters that did not exist before they counted. Their first increment is invisible to `rate` and `increase`, so a rule
// on something rare would never fire, though a drill that keeps its fault on sees it fire all the same.

import { selectorsOf } from "../../src/promql/expr-series.ts";
import type { Rule } from "../../src/promql/rules/rule.ts";
import type { SeriesStore } from "../../src/promql/series-store.ts";
import type { Recording } from "./recording.ts";

/** Series of these labels are made when their value is first seen, at 0, and may have counted before the next scrape. */
const OPEN_LABELS = ["tenant_id"];
const COUNTER = /_(?:total|count|bucket)$/;

/** Names of metrics that rules read and that had a series begin above 0 while its target was being scraped. */
export function lateBirths(
  { store, startMs, scrapeIntervalMs }: Pick<Recording, "store" | "startMs" | "scrapeIntervalMs">,
  rules: readonly Rule[],
): readonly string[] {
  const late = new Set<string>();
  for (const selector of rules.flatMap(({ expr }) => selectorsOf(expr))) {
    if (!COUNTER.test(selector.name)) continue;
    for (const { labels, timestampsMs, values } of store.select(selector.matchers)) {
      if (OPEN_LABELS.some((label) => labels.has(label))) continue;
      const [bornMs = startMs] = timestampsMs;
      const wasScraped = isUp(store, labels.get("job"), labels.get("instance"), bornMs - scrapeIntervalMs);
      if (wasScraped && (values[0] ?? 0) > 0) late.add(selector.name);
    }
  }
  return [...late];
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
