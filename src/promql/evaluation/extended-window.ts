// A range of a selector with `anchored` or `smoothed`, looked at by itself: it has samples at both of its ends. Source:
// `extendFloats` in promql/engine.go of Prometheus.

import type { RangeModifier } from "../ast.ts";
import type { Matrix, SeriesWindow } from "./sample.ts";

interface Point {
  readonly ms: number;
  readonly value: number;
}

/** Windows without a sample in the range are left out. */
export function extendedWindows({ windows, startMs, endMs, modifier }: Matrix): readonly SeriesWindow[] {
  if (modifier === undefined) return windows;
  return windows.flatMap((window) => {
    const points = extended(window, startMs, endMs, modifier);
    if (points === null) return [];
    const timestampsMs = points.map(({ ms }) => ms);
    return [{ ...window, timestampsMs, values: points.map(({ value }) => value) }];
  });
}

function extended(
  { timestampsMs, values }: SeriesWindow,
  startMs: number,
  endMs: number,
  modifier: RangeModifier,
): readonly Point[] | null {
  const points = timestampsMs.map((ms, index) => ({ ms, value: values[index] ?? Number.NaN }));
  const lastBefore = points.findLastIndex(({ ms }) => ms <= startMs);
  const firstAtEnd = points.findIndex(({ ms }) => ms >= endMs);
  const last = modifier === "smoothed" && firstAtEnd >= 0 ? firstAtEnd : points.length - 1;
  const left = points[Math.max(0, Math.min(lastBefore, points.length - 2))];
  const right = points[last];
  if (left === undefined || right === undefined || right.ms <= startMs) return null;
  const inside = points.filter(({ ms }) => ms > startMs && ms < endMs);
  const atStart = modifier === "smoothed" ? between(left, points[lastBefore + 1], startMs) : left.value;
  const atEnd = modifier === "smoothed" ? between(points[last - 1], right, endMs) : right.value;
  return [{ ms: startMs, value: atStart }, ...inside, { ms: endMs, value: atEnd }];
}

/** The value on the line between two points; where there is only one, its own. */
function between(before: Point | undefined, after: Point | undefined, ms: number): number {
  const only = before ?? after;
  if (only === undefined) return Number.NaN;
  if (before === undefined || after === undefined || before.ms >= ms) return only.value;
  if (after.ms <= ms) return after.value;
  return before.value + ((after.value - before.value) * (ms - before.ms)) / (after.ms - before.ms);
}
