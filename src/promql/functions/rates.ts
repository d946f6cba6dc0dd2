// How fast a series rises or changes: rate, increase, delta over a whole range, irate and idelta over its last two samples.

import { writtenArgument } from "./call.ts";
import { type Matrix, ofEachWindow, type WindowValue } from "./definition.ts";
import { extendedIncrease } from "./extended-range.ts";
import { extrapolatedIncrease } from "./extrapolation.ts";
import type { CallContext, PromFunction, Window } from "./function.ts";

/** What a name says that Prometheus takes for a counter. */
const COUNTER_SUFFIXES = ["_total", "_sum", "_count", "_bucket"];

interface Kind {
  readonly isCounter: boolean;
  readonly isPerSecond: boolean;
}

function change(window: Window, matrix: Matrix, { isCounter, isPerSecond }: Kind): number | null {
  if (matrix.modifier === undefined) return extrapolatedIncrease(window, matrix, isCounter, isPerSecond);
  const increase = extendedIncrease(window, matrix, isCounter);
  return increase === null || !isPerSecond ? increase : increase / ((matrix.endMs - matrix.startMs) / 1000);
}

function remarkOnName({ labels: { name } }: Window, context: CallContext): void {
  if (name === "" || COUNTER_SUFFIXES.some((suffix) => name.endsWith(suffix))) return;
  context.info(
    `PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)}`,
    writtenArgument(context, 0),
  );
}

function counterChange(isPerSecond: boolean): WindowValue {
  return (window, matrix, context) => {
    const increase = change(window, matrix, { isCounter: true, isPerSecond });
    if (increase !== null) remarkOnName(window, context);
    return increase;
  };
}

function lastTwo({
  timestampsMs,
  values,
}: Window): { readonly change: number; readonly last: number; readonly ms: number } | null {
  const [before, last] = values.slice(-2);
  const [beforeMs, lastMs] = timestampsMs.slice(-2);
  if (before === undefined || last === undefined || beforeMs === undefined || lastMs === undefined)
    return null;
  return { change: last - before, last, ms: lastMs - beforeMs };
}

/** Between the last two samples; `null` if there are no two. After a reset the counter began at zero. */
function instantRate(window: Window): number | null {
  const found = lastTwo(window);
  if (found === null) return null;
  const { change: changed, last, ms } = found;
  return (changed < 0 ? last : changed) / (ms / 1000);
}

export const RATES: readonly PromFunction[] = [
  ofEachWindow("rate", counterChange(true)),
  ofEachWindow("increase", counterChange(false)),
  ofEachWindow("delta", (window, matrix) => change(window, matrix, { isCounter: false, isPerSecond: false })),
  ofEachWindow("irate", instantRate),
  ofEachWindow("idelta", (window) => lastTwo(window)?.change ?? null),
];
