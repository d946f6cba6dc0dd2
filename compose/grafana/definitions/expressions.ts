// Pieces that many expressions share. None of them fills a hole: where there is nothing to say they give nothing.

import { type Quantity, share, windowMinutes } from "../../../src/alerts/quantity.ts";
import { expr, type Template } from "../../../src/alerts/template.ts";

/** For numbers that people compare with a threshold. */
export const FIVE_MINUTES = windowMinutes(5);
/** For lines in which a short event must be seen: four scrapes. */
export const ONE_MINUTE = windowMinutes(1);

/**
 * A quantile of a histogram for each value of the labels `by`. What observed nothing has no quantile, instead of a NaN.
 * `matchers` are those of its series, as `{a="b"}`.
 */
export function quantile(
  part: number,
  histogram: string,
  by: readonly string[] = [],
  matchers = "",
  window: Quantity = FIVE_MINUTES,
): Template {
  const labels = by.join(", ");
  const counts =
    by.length === 0
      ? expr`sum(rate(${name(`${histogram}_count${matchers}`)}[${window}]))`
      : expr`sum by (${name(labels)}) (rate(${name(`${histogram}_count${matchers}`)}[${window}]))`;
  const buckets = expr`sum by (${name(["le", ...by].join(", "))}) (rate(${name(`${histogram}_bucket${matchers}`)}[${window}]))`;
  return expr`histogram_quantile(${share(part, "quantile")}, ${buckets}) and on (${name(labels)}) (${counts} > 0)`;
}

/** The mean of what a histogram observed within the window; nothing if it observed nothing. */
export function mean(histogram: string, window: Quantity = FIVE_MINUTES): Template {
  return expr`sum(rate(${name(`${histogram}_sum`)}[${window}])) / (sum(rate(${name(`${histogram}_count`)}[${window}])) > 0)`;
}

/** 1 while nobody exports the series, else 0; never nothing. */
export function absence(series: string): Template {
  return expr`1 - (scalar(count(${name(series)})) > bool 0)`;
}

/** A part of an expression that is not a number. */
export function name(text: string): Template {
  return { parts: [text] };
}
