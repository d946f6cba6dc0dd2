// All functions of PromQL that are stable in Prometheus 3, with the signatures of its `promql/parser/functions.go`.

import { ABSENCE } from "./absence.ts";
import { CONVERSIONS } from "./conversions.ts";
import { COUNTERS } from "./counters.ts";
import { DATES } from "./dates.ts";
import type { PromFunction } from "./function.ts";
import { HISTOGRAMS } from "./histograms.ts";
import { LABEL_CHANGES } from "./label-changes.ts";
import { MATH } from "./math.ts";
import { OVER_TIME } from "./over-time.ts";
import { RATES } from "./rates.ts";
import { REGRESSION } from "./regression.ts";
import { SORTING } from "./sorting.ts";
import { TRIGONOMETRY } from "./trigonometry.ts";

const ALL: readonly PromFunction[] = [
  ...RATES,
  ...COUNTERS,
  ...OVER_TIME,
  ...REGRESSION,
  ...HISTOGRAMS,
  ...MATH,
  ...TRIGONOMETRY,
  ...DATES,
  ...CONVERSIONS,
  ...LABEL_CHANGES,
  ...SORTING,
  ...ABSENCE,
];

/** By name. */
export const FUNCTIONS: ReadonlyMap<string, PromFunction> = new Map(
  ALL.map((promFunction) => [promFunction.name, promFunction]),
);

/**
 * Functions that Prometheus has only behind `--enable-feature=promql-experimental-functions`. They are refused by name, so
 * that nobody takes one for a misspelling.
 */
export const EXPERIMENTAL_FUNCTIONS: ReadonlySet<string> = new Set([
  "double_exponential_smoothing",
  "end",
  "histogram_quantiles",
  "info",
  "integral",
  "mad_over_time",
  "max_of",
  "min_of",
  "range",
  "sort_by_label",
  "sort_by_label_desc",
  "start",
  "start_timestamp",
  "step",
  "ts_of_first_over_time",
  "ts_of_last_over_time",
  "ts_of_max_over_time",
  "ts_of_min_over_time",
]);
