// What a series rose by in a whole range, guessed from the samples in it: `extrapolatedRate` of Prometheus.

import type { Matrix } from "./definition.ts";
import type { Window } from "./function.ts";

/** A gap at an end of the range is bridged up to so many times the mean distance of samples. */
const BRIDGED_GAP = 1.1;

/** What the values of a counter rose by, resets counted in: after one it began at zero. */
function counterIncrease(values: readonly number[]): number {
  let [previous = 0] = values;
  let increase = (values.at(-1) ?? 0) - previous;
  for (const value of values) {
    if (value < previous) increase += previous;
    previous = value;
  }
  return increase;
}

/**
 * Seconds before the first sample in which the series is taken to have risen as it did after it. A counter isn't taken to
 * have been below zero.
 */
function reachBack(
  gapS: number,
  isCounter: boolean,
  { first, increase, sampledS, meanS }: Readonly<Record<"first" | "increase" | "sampledS" | "meanS", number>>,
): number {
  const reach = gapS >= meanS * BRIDGED_GAP ? meanS / 2 : gapS;
  if (!isCounter || !(increase > 0 && first >= 0)) return reach;
  const toZeroS = sampledS * (first / increase);
  return toZeroS < reach ? toZeroS : reach;
}

/**
 * The change over the whole range, or per second of it; `null` for fewer than two samples. If the samples end near an end
 * of the range they are extended to it, else by half the mean distance between them.
 */
export function extrapolatedIncrease(
  { timestampsMs, values }: Window,
  { startMs, endMs }: Matrix,
  isCounter: boolean,
  isPerSecond = false,
): number | null {
  const intervals = values.length - 1;
  const [firstMs = 0] = timestampsMs;
  const [first = 0] = values;
  const lastMs = timestampsMs.at(-1) ?? 0;
  if (intervals < 1) return null;
  const increase = isCounter ? counterIncrease(values) : (values.at(-1) ?? 0) - first;
  const sampledS = (lastMs - firstMs) / 1000;
  const meanS = sampledS / intervals;
  const beforeS = reachBack((firstMs - startMs) / 1000, isCounter, { first, increase, sampledS, meanS });
  const gapAfterS = (endMs - lastMs) / 1000;
  const afterS = gapAfterS >= meanS * BRIDGED_GAP ? meanS / 2 : gapAfterS;
  const factor = sampledS === 0 ? 1 : (sampledS + beforeS + afterS) / sampledS;
  // In this order, or the last digit differs.
  return increase * (isPerSecond ? factor / ((endMs - startMs) / 1000) : factor);
}
