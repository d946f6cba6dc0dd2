// How often the values of a series changed, and how often a counter began anew.

import { ofEachWindow, type WindowValue } from "./definition.ts";
import type { PromFunction } from "./function.ts";

/** Counts the neighbours in a window for which this holds. */
function countSteps(holds: (before: number, after: number) => boolean): WindowValue {
  return ({ timestampsMs, values }, { startMs, modifier }) => {
    let from = 0;
    if (modifier !== undefined) {
      // Measured from the last sample before the range, if there is one; nothing if there is none in it.
      const firstInside = timestampsMs.findIndex((ms) => ms > startMs);
      if (firstInside === -1) return null;
      from = Math.max(0, firstInside - 1);
    }
    let count = 0;
    let [before = 0] = values.slice(from, from + 1);
    for (const value of values.slice(from + 1)) {
      if (holds(before, value)) count++;
      before = value;
    }
    return count;
  };
}

export const COUNTERS: readonly PromFunction[] = [
  ofEachWindow(
    "changes",
    countSteps((before, after) => before !== after && !(Number.isNaN(before) && Number.isNaN(after))),
  ),
  ofEachWindow(
    "resets",
    countSteps((before, after) => after < before),
  ),
];
