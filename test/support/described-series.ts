// Series as tests write them down, in the notation of rule tests: `up{job="a"} 1x8 0 stale`.

import type { Labels } from "../../src/promql/labels.ts";
import { leadingMetric } from "../../src/promql/metric-notation.ts";
import { type DescribedValue, parseSeriesValues } from "../../src/promql/series-notation.ts";

export interface DescribedSeries {
  readonly labels: Labels;
  /** The first at the beginning, the others each an interval later. */
  readonly values: readonly DescribedValue[];
}

/** @throws DashstreamError `promql_invalid` */
export function parseSeriesDescription(text: string): DescribedSeries {
  const { labels, rest } = leadingMetric(text);
  return { labels, values: parseSeriesValues(rest) };
}
