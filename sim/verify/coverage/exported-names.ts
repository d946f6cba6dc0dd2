// Which series there can be: what was scraped, what the catalogue says that components export, also those that no
// scenario runs, what Prometheus writes itself, and what the rules record.

import type { Rule } from "../../../src/promql/rules/rule.ts";
import { CATALOGUE } from "../../../src/telemetry/catalogue.ts";
import type { MetricDefinition } from "../../../src/telemetry/definition.ts";

const HISTOGRAM_SERIES = ["_bucket", "_sum", "_count"];
/** What Prometheus writes about alerts. */
const OF_ALERTS = ["ALERTS", "ALERTS_FOR_STATE"];

/** @param scraped names that any scenario saw */
export function knownNames(scraped: Iterable<string>, rules: readonly Rule[]): ReadonlySet<string> {
  const catalogued = CATALOGUE.flatMap(seriesNames);
  const recorded = rules.flatMap((rule) => (rule.kind === "recording" ? [rule.record] : []));
  return new Set([...scraped, ...catalogued, ...OF_ALERTS, ...recorded]);
}

/** Under which names a metric is scraped. */
export function seriesNames({ name, kind }: MetricDefinition): readonly string[] {
  return kind === "histogram" ? HISTOGRAM_SERIES.map((suffix) => `${name}${suffix}`) : [name];
}
