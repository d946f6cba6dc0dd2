// What an expression evaluates to.

import type { Labels } from "./labels.ts";

export interface VectorSample {
  readonly labels: Labels;
  readonly value: number;
}

export interface RangePoint {
  readonly timestampMs: number;
  readonly value: number;
}

export interface RangeSeries {
  readonly labels: Labels;
  readonly points: readonly RangePoint[];
}

export type Value =
  | { readonly kind: "scalar"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "vector"; readonly samples: readonly VectorSample[] }
  | { readonly kind: "matrix"; readonly series: readonly RangeSeries[] };

export type ValueKind = Value["kind"];

/** Remarks of an evaluation, in the words of Prometheus, for example that a name does not look like a counter. */
export interface Annotations {
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}
