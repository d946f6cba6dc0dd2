// The aggregations that make one number of the values of a group. None is called without values.

import type { AggregationOp } from "../ast.ts";
import { KahanSum, kahanMean } from "../kahan-sum.ts";
import { quantile } from "../quantile.ts";

export type ReducingOp = Exclude<
  AggregationOp,
  "topk" | "bottomk" | "limitk" | "limit_ratio" | "count_values"
>;

/** @param parameter of `quantile` */
export function reduce(op: ReducingOp, values: readonly number[], parameter: number): number {
  switch (op) {
    case "sum":
      return sum(values);
    case "avg":
      return kahanMean(values);
    case "count":
      return values.length;
    case "group":
      return 1;
    case "min":
      return values.reduce((least, value) => (least > value || Number.isNaN(least) ? value : least));
    case "max":
      return values.reduce((most, value) => (most < value || Number.isNaN(most) ? value : most));
    case "stdvar":
      return variance(values);
    case "stddev":
      return Math.sqrt(variance(values));
    case "quantile":
      return quantile(parameter, values);
  }
}

function sum([first = 0, ...others]: readonly number[]): number {
  const total = new KahanSum(first);
  for (const value of others) total.add(value);
  return total.total;
}

/** Of the whole population, after Welford, as upstream. */
function variance([first = Number.NaN, ...others]: readonly number[]): number {
  let mean = first;
  let squares = Number.isFinite(first) ? 0 : Number.NaN;
  let count = 1;
  for (const value of others) {
    count++;
    const delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
  }
  return squares / count;
}
