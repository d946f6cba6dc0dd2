// A straight line through the samples of a range, by least squares: its slope, and where it leads.

import { KahanSum } from "../kahan-sum.ts";
import { scalarArgument } from "./call.ts";
import { ofEachWindow } from "./definition.ts";
import type { PromFunction, Window } from "./function.ts";

interface Line {
  /** Per second. */
  readonly slope: number;
  /** Its value at the time asked for. */
  readonly intercept: number;
}

/** `linearRegression` of Prometheus; `interceptMs` should be near the samples, for the sake of precision. */
function regressionLine({ timestampsMs, values }: Window, interceptMs: number): Line {
  const [first = Number.NaN] = values;
  if (values.every((value) => value === first)) {
    if (Math.abs(first) === Number.POSITIVE_INFINITY) return { slope: Number.NaN, intercept: Number.NaN };
    return { slope: 0, intercept: first };
  }
  const sums = { x: new KahanSum(), y: new KahanSum(), xy: new KahanSum(), xx: new KahanSum() };
  for (const [index, value] of values.entries()) {
    const x = ((timestampsMs[index] ?? 0) - interceptMs) / 1000;
    sums.x.add(x);
    sums.y.add(value);
    sums.xy.add(x * value);
    sums.xx.add(x * x);
  }
  const n = values.length;
  const [x, y] = [sums.x.total, sums.y.total];
  const covariance = sums.xy.total - (x * y) / n;
  const slope = covariance / (sums.xx.total - (x * x) / n);
  return { slope, intercept: y / n - (slope * x) / n };
}

export const REGRESSION: readonly PromFunction[] = [
  ofEachWindow("deriv", (window) => {
    if (window.values.length < 2) return null;
    return regressionLine(window, window.timestampsMs[0] ?? 0).slope;
  }),
  ofEachWindow(
    "predict_linear",
    (window, _, context) => {
      if (window.values.length < 2) return null;
      const { slope, intercept } = regressionLine(window, context.atMs);
      return slope * scalarArgument(context, 1) + intercept;
    },
    { args: ["matrix", "scalar"] },
  ),
];
