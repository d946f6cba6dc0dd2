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

/** Indexes of the samples that the range begins and ends with; `null` if none lies in it. */
function bounds(
  window: Window,
  { startMs, endMs, modifier }: Matrix,
): { readonly first: number; readonly last: number } | null {
  const first = Math.max(0, firstWhere(window, (ms) => ms > startMs) - 1);
  const last =
    modifier === "smoothed" ? firstWhere(window, (ms) => ms >= endMs) : window.timestampsMs.length - 1;
  return pointAt(window, last).ms <= startMs ? null : { first, last };
}

/** The samples between the ends of the range, without those at them. */
function inside(
  { timestampsMs, values }: Window,
  { first, last }: { readonly first: number; readonly last: number },
  { startMs, endMs }: Matrix,
): Pick<Window, "timestampsMs" | "values"> {
  const from = (timestampsMs[first] ?? 0) <= startMs ? first + 1 : first;
  const to = (timestampsMs[last] ?? 0) >= endMs ? last : last + 1;
  return { timestampsMs: timestampsMs.slice(from, to), values: values.slice(from, to) };
}

/** The window with a sample at each end of the range, as an evaluation shows it; `null` if none lies in the range. */
export function extendedWindow<W extends Window>(window: W, matrix: Matrix): W | null {
  const found = bounds(window, matrix);
  if (found === null) return null;
  const between = inside(window, found, matrix);
  const left = leftValue(window, found.first, matrix, false);
  const right = rightValue(window, found.last, matrix, false);
  return {
    ...window,
    timestampsMs: [matrix.startMs, ...between.timestampsMs, matrix.endMs],
    values: [left, ...between.values, right],
  };
}

/** The change over the whole range; `null` if no sample lies in it. */
export function extendedIncrease(window: Window, matrix: Matrix, isCounter: boolean): number | null {
  const found = bounds(window, matrix);
  if (found === null) return null;
  if (matrix.modifier === "smoothed" && pointAt(window, found.first).ms > matrix.endMs) return null;
  const left = leftValue(window, found.first, matrix, isCounter);
  const right = rightValue(window, found.last, matrix, isCounter);
  if (!isCounter) return right - left;
  return right - left + lostByResets(inside(window, found, matrix).values, left, right);
}
