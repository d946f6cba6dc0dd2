// The order of a vector's samples. Only instant evaluations keep it.

import { samplesArgument } from "./call.ts";
import { promFunction, vector } from "./definition.ts";
import type { PromFunction } from "./function.ts";

/** By value, NaN last whichever way; equal ones stay in order, several NaN turn round as they do upstream. */
function byValue(name: string, compare: (a: number, b: number) => number): PromFunction {
  return promFunction({
    name,
    args: ["vector"],
    dropsName: false,
    evaluate(context) {
      const samples = samplesArgument(context, 0);
      const numbers = samples.filter(({ value }) => !Number.isNaN(value));
      const others = samples.filter(({ value }) => Number.isNaN(value));
      return vector([...numbers.sort((a, b) => compare(a.value, b.value) || 0), ...others.reverse()]);
    },
  });
}

export const SORTING: readonly PromFunction[] = [
  byValue("sort", (a, b) => a - b),
  byValue("sort_desc", (a, b) => b - a),
];
