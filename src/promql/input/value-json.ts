// Results as the HTTP API of Prometheus gives them (`data` of /api/v1/query and /api/v1/query_range), so that programs that
// read those read these.

import { formatFloat } from "../float-text.ts";
import type { RangeSeries, Value } from "../value.ts";

type Point = readonly [seconds: number, value: string];

/** @param atMs time of the evaluation */
export function valueJson(
  value: Value,
  atMs: number,
): { readonly resultType: string; readonly result: unknown } {
  switch (value.kind) {
    case "scalar":
      return { resultType: "scalar", result: point(atMs, value.value) };
    case "string":
      return { resultType: "string", result: [atMs / 1000, value.value] };
    case "vector": {
      const result = value.samples.map((sample) => ({
        metric: sample.labels.toObject(),
        value: point(atMs, sample.value),
      }));
      return { resultType: "vector", result };
    }
    case "matrix":
      return matrixJson(value.series);
  }
}

export function matrixJson(series: readonly RangeSeries[]): ReturnType<typeof valueJson> {
  const result = series.map(({ labels, points }) => ({
    metric: labels.toObject(),
    values: points.map(({ timestampMs, value }) => point(timestampMs, value)),
  }));
  return { resultType: "matrix", result };
}

function point(atMs: number, value: number): Point {
  return [atMs / 1000, valueText(value)];
}

/** Without an exponent, as Prometheus writes values (strconv.FormatFloat with `f`). */
export function valueText(value: number): string {
  return formatFloat(value, "f", -1);
}
