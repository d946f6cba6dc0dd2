// One value of all samples in a range: the functions called `..._over_time`.

import { formatG } from "../go-number.ts";
import { KahanSum, kahanMean } from "../kahan-sum.ts";
import { quantile, quantileWarning } from "../quantile.ts";
import { scalarArgument, writtenArgument } from "./call.ts";
import { ofEachWindow } from "./definition.ts";
import type { PromFunction, Window } from "./function.ts";

function sum({ values }: Window): number {
  const total = new KahanSum();
  for (const value of values) total.add(value);
  return Math.abs(total.sum) === Number.POSITIVE_INFINITY ? total.sum : total.total;
}

/** The extreme of the values; NaN only if all are. */
function extreme(isBeyond: (value: number, found: number) => boolean): (window: Window) => number {
  return ({ values }) => {
    let [found = Number.NaN] = values;
    for (const value of values) if (isBeyond(value, found) || Number.isNaN(found)) found = value;
    return found;
  };
}

/** Population variance after Welford. */
function variance({ values }: Window): number {
  const mean = new KahanSum();
  const squares = new KahanSum();
  let count = 0;
  for (const value of values) {
    count++;
    const delta = value - mean.total;
    mean.add(delta / count);
    squares.add(delta * (value - mean.total));
  }
  return squares.total / count;
}

const quantileOverTime = ofEachWindow(
  "quantile_over_time",
  ({ values }, _, context) => {
    const q = scalarArgument(context, 0);
    const warning = quantileWarning(q, formatG);
    if (warning !== null) context.warn(warning, writtenArgument(context, 0));
    return quantile(q, values);
  },
  { args: ["scalar", "matrix"], matrixAt: 1 },
);

export const OVER_TIME: readonly PromFunction[] = [
  ofEachWindow("avg_over_time", ({ values }) => kahanMean(values)),
  ofEachWindow("count_over_time", ({ values }) => values.length),
  ofEachWindow("first_over_time", ({ values }) => values[0] ?? null, { dropsName: false }),
  ofEachWindow("last_over_time", ({ values }) => values.at(-1) ?? null, { dropsName: false }),
  ofEachWindow(
    "max_over_time",
    extreme((value, found) => value > found),
  ),
  ofEachWindow(
    "min_over_time",
    extreme((value, found) => value < found),
  ),
  ofEachWindow("present_over_time", () => 1),
  quantileOverTime,
  ofEachWindow("stddev_over_time", (window) => Math.sqrt(variance(window))),
  ofEachWindow("stdvar_over_time", variance),
  ofEachWindow("sum_over_time", sum),
];
