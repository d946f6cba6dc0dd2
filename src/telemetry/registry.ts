// The metrics of one component, made from the catalogue. Every series with closed labels exists at 0 from here
// on, because a counter born at 1 never makes `rate()` positive.

import { DashstreamError } from "../errors.ts";
import { type Component, type Features, isMet, type MetricDefinition } from "./definition.ts";
import { renderMetrics } from "./exposition.ts";
import { MetricFamily } from "./family.ts";
import type { Labels, Metrics } from "./metrics.ts";
import { CounterSeries, GaugeSeries, HistogramSeries, type Series } from "./series.ts";

export interface MetricsOptions {
  readonly catalogue: readonly MetricDefinition[];
  readonly component: Component;
  /** Series of a feature that is off do not exist; asking for one throws `invariant`. Default: all are off. */
  readonly with?: Features;
  /** Buckets that replace those of the catalogue, by name of the histogram. */
  readonly buckets?: Readonly<Record<string, readonly number[]>>;
}

/** The definition with the buckets that are to replace its own. */
function withBuckets(
  definition: MetricDefinition,
  buckets: MetricsOptions["buckets"] = {},
): MetricDefinition {
  const replacement = buckets[definition.name];
  if (replacement === undefined) return definition;
  if (definition.kind === "histogram") return { ...definition, buckets: replacement };
  throw new DashstreamError(
    "invariant",
    `metric ${definition.name} is a ${definition.kind}, which has no buckets`,
  );
}

/**
 * Makes the handles of a component.
 * @throws DashstreamError `invariant` if the catalogue names a metric twice, or `buckets` one that is no histogram
 * of the component
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const families = new Map<string, MetricFamily>();
  const features = options.with ?? {};
  for (const definition of options.catalogue) {
    if (!definition.components.includes(options.component)) continue;
    if (definition.requires !== undefined && !isMet(definition.requires, features)) continue;
    if (families.has(definition.name)) {
      throw new DashstreamError("invariant", `metric ${definition.name} is in the catalogue twice`);
    }
    families.set(definition.name, new MetricFamily(withBuckets(definition, options.buckets), features));
  }
  Object.keys(options.buckets ?? {}).forEach(familyOf);

  function familyOf(name: string): MetricFamily {
    const family = families.get(name);
    if (family) return family;
    throw new DashstreamError("invariant", `metric ${name} is not in the catalogue of ${options.component}`);
  }

  function seriesOf<T extends Series>(
    kind: abstract new (...args: never[]) => T,
    name: string,
    labels: Labels,
  ): T {
    const family = familyOf(name);
    const series = family.series(labels);
    if (series instanceof kind) return series;
    throw new DashstreamError("invariant", `metric ${name} is a ${family.definition.kind}`);
  }

  return {
    counter: (name, labels = {}) => seriesOf(CounterSeries, name, labels),
    gauge: (name, labels = {}) => seriesOf(GaugeSeries, name, labels),
    gaugeFn(name, labels, read) {
      const gauge = seriesOf(GaugeSeries, name, labels);
      gauge.readOnScrape(read);
      return gauge;
    },
    histogram: (name, labels = {}) => seriesOf(HistogramSeries, name, labels),
    remove: (name, labels) => familyOf(name).remove(labels),
    expose: (accept) => renderMetrics(families.values(), accept),
  };
}
