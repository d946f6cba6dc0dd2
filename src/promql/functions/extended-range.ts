// What a series rose by in a range whose selector is `anchored` (measured from the last sample before the range) or `smoothed`
// (values at both ends interpolated): `extendedRate` of Prometheus, without start timestamps.

import type { Matrix } from "./definition.ts";
import type { Window } from "./function.ts";

interface Point {
  readonly ms: number;
  readonly value: number;
}

function pointAt({ timestampsMs, values }: Window, index: number): Point {
  return { ms: timestampsMs[index] ?? 0, value: values[index] ?? 0 };
}

/** Index of the first sample for which this holds, or the index of the last one. */
function firstWhere({ timestampsMs }: Window, holds: (ms: number) => boolean): number {
  const found = timestampsMs.findIndex(holds);
  return found === -1 ? timestampsMs.length - 1 : found;
}

/** On the line between two samples; a counter that was reset between them rose from zero. */
function interpolated(before: Point, after: Point, atMs: number, isCounter: boolean): number {
  const from = isCounter && after.value < before.value ? 0 : before.value;
  return from + ((after.value - from) * (atMs - before.ms)) / (after.ms - before.ms);
}

function leftValue(window: Window, first: number, { startMs, modifier }: Matrix, isCounter: boolean): number {
  const point = pointAt(window, first);
  if (modifier !== "smoothed" || point.ms >= startMs) return point.value;
  return interpolated(point, pointAt(window, first + 1), startMs, isCounter);
}

function rightValue(window: Window, last: number, { endMs, modifier }: Matrix, isCounter: boolean): number {
  const point = pointAt(window, last);
  if (point.ms <= endMs || last === 0) return point.value;
  const before = pointAt(window, last - 1);
  return modifier === "smoothed" ? interpolated(before, point, endMs, isCounter) : before.value;
}

/** What resets took away between the two ends. */
function lostByResets(values: readonly number[], left: number, right: number): number {
  let lost = 0;
  let previous = left;
  for (const value of [...values, right]) {
    if (value < previous) lost += previous;
    previous = value;
  }
  return lost;
}

/** The change over the whole range; `null` if no sample lies in it. */
export function extendedIncrease(window: Window, matrix: Matrix, isCounter: boolean): number | null {
  const { startMs, endMs, modifier } = matrix;
  const { timestampsMs, values } = window;
  let first = Math.max(0, firstWhere(window, (ms) => ms > startMs) - 1);
  let last = timestampsMs.length - 1;
  if (modifier === "smoothed") last = firstWhere(window, (ms) => ms >= endMs);
  if (pointAt(window, last).ms <= startMs) return null;
  if (modifier === "smoothed" && pointAt(window, first).ms > endMs) return null;
  const left = leftValue(window, first, matrix, isCounter);
  const right = rightValue(window, last, matrix, isCounter);
  if (!isCounter) return right - left;
  // The samples at the ends are in `left` and `right` already.
  if (pointAt(window, first).ms <= startMs) first++;
  if (pointAt(window, last).ms >= endMs) last--;
  return right - left + lostByResets(values.slice(first, last + 1), left, right);
}
