// Samples of selectors: the newest at a time, or all of a range.

import type { MatrixSelector, VectorSelector } from "../ast.ts";
import type { SampleValue, Series } from "../series-store.ts";
import type { Matrix, Sample, SeriesWindow } from "./sample.ts";
import type { Scope } from "./scope.ts";

/** For each series its newest sample at the time, unless that is older than the lookback or a staleness marker. */
export function instantSamples(selector: VectorSelector, atMs: number, scope: Scope): readonly Sample[] {
  const referenceMs = scope.referenceMs(selector, atMs);
  if (selector.modifier === "smoothed") return smoothedSamples(selector, referenceMs, scope);
  const oldestMs = referenceMs - scope.options.lookbackDeltaMs;
  const samples: Sample[] = [];
  const newestMs = Math.min(referenceMs, scope.options.knownUntilMs);
  for (const { labels, timestampsMs, values } of scope.select(selector)) {
    const index = countUpTo(timestampsMs, newestMs) - 1;
    const timestampMs = timestampsMs[index];
    const value = values[index];
    if (timestampMs === undefined || timestampMs <= oldestMs) continue;
    if (value === null || value === undefined) continue;
    samples.push({ labels, value, timestampMs, losesName: false });
  }
  return samples;
}

/** The samples of each series in the range, which is open on the left; series without any are left out. */
export function rangeWindows({ selector, rangeMs }: MatrixSelector, atMs: number, scope: Scope): Matrix {
  const endMs = scope.referenceMs(selector, atMs);
  const startMs = endMs - rangeMs;
  const { modifier } = selector;
  const { lookbackDeltaMs, knownUntilMs } = scope.options;
  const fromMs = modifier === undefined ? startMs : startMs - lookbackDeltaMs;
  const toMs = Math.min(modifier === "smoothed" ? endMs + lookbackDeltaMs : endMs, knownUntilMs);
  const windows: SeriesWindow[] = [];
  for (const series of scope.select(selector)) {
    const window = windowOf(series, fromMs, toMs);
    if (window === null) continue;
    windows.push(window);
  }
  const matrix: Matrix = { kind: "matrix", windows, startMs, endMs };
  return modifier === undefined ? matrix : { ...matrix, modifier };
}

/**
 * For each series its value at the time, on the line between the samples before and after it; without one after it, the
 * one before it.
 */
function smoothedSamples(selector: VectorSelector, referenceMs: number, scope: Scope): readonly Sample[] {
  const { lookbackDeltaMs, knownUntilMs } = scope.options;
  const fromMs = referenceMs - lookbackDeltaMs;
  const toMs = Math.min(referenceMs + lookbackDeltaMs, knownUntilMs);
  const samples: Sample[] = [];
  for (const series of scope.select(selector)) {
    const window = windowOf(series, fromMs, toMs);
    const value = window === null ? null : valueAt(window, referenceMs);
    if (value === null) continue;
    samples.push({ labels: series.labels, value, timestampMs: referenceMs, losesName: false });
  }
  return samples;
}

function valueAt({ timestampsMs, values }: SeriesWindow, ms: number): number | null {
  const count = countUpTo(timestampsMs, ms);
  const [beforeMs, before] = [timestampsMs[count - 1], values[count - 1]];
  if (beforeMs === undefined || before === undefined) return null;
  const [afterMs, after] = [timestampsMs[count], values[count]];
  if (beforeMs === ms || afterMs === undefined || after === undefined) return before;
  return before + ((after - before) * (ms - beforeMs)) / (afterMs - beforeMs);
}

function windowOf(
  { labels, timestampsMs, values }: Series,
  startMs: number,
  endMs: number,
): SeriesWindow | null {
  const to = countUpTo(timestampsMs, endMs);
  const from = countUpTo(timestampsMs, startMs);
  if (from >= to) return null;
  const times = timestampsMs.slice(from, to);
  const slice = values.slice(from, to);
  if (hasNoMarker(slice)) return { labels, timestampsMs: times, values: slice, losesName: false };
  const keptTimes: number[] = [];
  const keptValues: number[] = [];
  for (const [index, value] of slice.entries()) {
    const timestampMs = times[index];
    if (value === null || timestampMs === undefined) continue;
    keptTimes.push(timestampMs);
    keptValues.push(value);
  }
  if (keptTimes.length === 0) return null;
  return { labels, timestampsMs: keptTimes, values: keptValues, losesName: false };
}

function hasNoMarker(values: readonly SampleValue[]): values is readonly number[] {
  return !values.includes(null);
}

/** How many of the rising times are not after `ms`. Mostly all of them are not, so the end is looked at first. */
function countUpTo(timestampsMs: readonly number[], ms: number): number {
  let high = timestampsMs.length;
  if (high === 0 || (timestampsMs[high - 1] ?? 0) <= ms) return high;
  let low = 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timestampsMs[middle] ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
