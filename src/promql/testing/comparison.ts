// Whether a value is the expected one, with the tolerance and the order that upstream allows.

import { almostEqual } from "../almost-equal.ts";
import { formatG } from "../go-number.ts";
import type { Labels } from "../labels.ts";
import type { DescribedValue } from "../series-notation.ts";
import type { RangeSeries, Value, VectorSample } from "../value.ts";
import type { ExpectedSeries, ExpectedValue, TimeRange } from "./script.ts";

/** Relative error that a value may have (`defaultEpsilon` of upstream). */
const EPSILON = 1e-6;

/** What differs; texts of the same form. */
export interface Difference {
  readonly expected: string;
  readonly got: string;
}

export interface ValueExpectation {
  readonly value: ExpectedValue;
  readonly isOrdered: boolean;
  /** When the expected values of a range are. */
  readonly points: TimeRange;
}

/** `null` if `got` is what was expected. */
export function valueDifference(got: Value, expectation: ValueExpectation): Difference | null {
  const { value: expected, isOrdered, points } = expectation;
  switch (got.kind) {
    case "scalar":
      if (expected.kind === "scalar" && isSame(expected.value, got.value)) return null;
      break;
    case "string":
      // A string of which nothing is said is expected to be empty, as upstream.
      if ((expected.kind === "string" ? expected.value : "") === got.value) return null;
      break;
    case "vector":
      if (expected.kind === "series") return vectorDifference(got.samples, expected.series, isOrdered);
      break;
    case "matrix":
      if (expected.kind === "series" && !isOrdered) {
        return matrixDifference(got.series, expected.series, points);
      }
  }
  return { expected: expectedText(expected, isOrdered), got: valueText(got) };
}

function isSame(expected: DescribedValue, got: DescribedValue): boolean {
  if (typeof expected !== "number" || typeof got !== "number") return expected === got;
  return almostEqual(expected, got, EPSILON);
}

function vectorDifference(
  got: readonly VectorSample[],
  expected: readonly ExpectedSeries[],
  isOrdered: boolean,
): Difference | null {
  const left = new Map(expected.map((series, position) => [series.labels.key, { series, position }]));
  for (const [position, { labels, value }] of got.entries()) {
    const sample = sampleText(labels, [value]);
    const found = left.get(labels.key);
    if (!found) return { expected: `no ${labels}`, got: sample };
    const wanted = sampleText(labels, found.series.values);
    if (isOrdered && found.position !== position) {
      return {
        expected: `${wanted} at position ${found.position + 1}`,
        got: `it at position ${position + 1}`,
      };
    }
    if (!isSame(found.series.values[0], value)) return { expected: wanted, got: sample };
    left.delete(labels.key);
  }
  return missing([...left.values()].map(({ series }) => series));
}

function matrixDifference(
  got: readonly RangeSeries[],
  expected: readonly ExpectedSeries[],
  { startMs, endMs, stepMs }: TimeRange,
): Difference | null {
  const unsorted = got.find(
    ({ labels }, index) => compareLabels(got[index - 1]?.labels ?? labels, labels) > 0,
  );
  if (unsorted) return { expected: "series sorted by their labels", got: `${unsorted.labels} out of order` };
  const left = new Map(expected.map((series) => [series.labels.key, series]));
  for (const { labels, points } of got) {
    const found = left.get(labels.key);
    const values = points.map(({ timestampMs, value }) => `${formatG(value)}@${timestampMs}`).join(" ");
    if (!found) return { expected: `no ${labels}`, got: `${labels} ${values}` };
    const wanted = found.values
      .map((value, index) => ({ timestampMs: startMs + index * stepMs, value }))
      .filter(({ timestampMs, value }) => value !== undefined && timestampMs <= endMs);
    const isEqual =
      wanted.length === points.length &&
      wanted.every(({ timestampMs, value }, index) => {
        const point = points[index];
        return point?.timestampMs === timestampMs && isSame(value, point.value);
      });
    if (!isEqual) {
      const wantedText = wanted
        .map(({ timestampMs, value }) => `${describedText(value)}@${timestampMs}`)
        .join(" ");
      return { expected: `${labels} ${wantedText}`, got: `${labels} ${values}` };
    }
    left.delete(labels.key);
  }
  return missing([...left.values()]);
}

function missing([first]: readonly ExpectedSeries[]): Difference | null {
  return first ? { expected: sampleText(first.labels, first.values), got: `no ${first.labels}` } : null;
}

/** The order of `labels.Compare`: the first label that differs decides, by its name and then its value. */
function compareLabels(a: Labels, b: Labels): number {
  for (const [index, [name, value]] of a.entries.entries()) {
    const other = b.entries[index];
    if (!other) return 1;
    if (name !== other[0]) return name < other[0] ? -1 : 1;
    if (value !== other[1]) return value < other[1] ? -1 : 1;
  }
  return a.entries.length - b.entries.length;
}

function describedText(value: DescribedValue): string {
  if (value === undefined) return "_";
  return value === null ? "stale" : formatG(value);
}

function sampleText(labels: Labels, values: readonly DescribedValue[]): string {
  return `${labels} ${values.map(describedText).join(" ")}`;
}

function orNothing(texts: readonly string[]): string {
  return texts.length === 0 ? "nothing" : texts.join(", ");
}

export function valueText(value: Value): string {
  switch (value.kind) {
    case "scalar":
      return formatG(value.value);
    case "string":
      return JSON.stringify(value.value);
    case "vector":
      return orNothing(value.samples.map((sample) => sampleText(sample.labels, [sample.value])));
    case "matrix":
      return orNothing(
        value.series.map(({ labels, points }) =>
          sampleText(
            labels,
            points.map((p) => p.value),
          ),
        ),
      );
  }
}

export function expectedText(expected: ExpectedValue, isOrdered: boolean): string {
  switch (expected.kind) {
    case "scalar":
      return formatG(expected.value);
    case "string":
      return JSON.stringify(expected.value);
    case "series": {
      const texts = expected.series.map(({ labels, values }) => sampleText(labels, values));
      return isOrdered ? `in this order: ${orNothing(texts)}` : orNothing(texts);
    }
  }
}
