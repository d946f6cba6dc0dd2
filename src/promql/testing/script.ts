// What a test script of Prometheus's engine tests says, once it is read: series to load, and expressions with what is
// expected of them. The format is described in `promql/promqltest/README.md` of Prometheus.

import type { Labels } from "../labels.ts";
import type { DescribedValue } from "../series-notation.ts";

export interface LoadedSeries {
  readonly labels: Labels;
  readonly values: readonly DescribedValue[];
  readonly line: number;
}

/** A series that cannot be loaded as it was meant; what reads it is not judged. */
export interface UnsupportedSeries {
  readonly labels: Labels;
  /** What is missing, for example native histograms. */
  readonly reason: string;
}

export interface Load {
  readonly kind: "load";
  readonly intervalMs: number;
  readonly series: readonly LoadedSeries[];
  readonly unsupported: readonly UnsupportedSeries[];
}

export interface Clear {
  readonly kind: "clear";
}

export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

export type EvaluationTime =
  | { readonly kind: "instant"; readonly atMs: number }
  | ({ readonly kind: "range" } & TimeRange);

/** How a message must read. */
export interface MessagePattern {
  readonly text: string;
  readonly matches: (message: string) => boolean;
}

export interface ExpectedSeries {
  readonly labels: Labels;
  readonly values: readonly DescribedValue[];
}

export type ExpectedValue =
  /** In the order of the script. */
  | { readonly kind: "series"; readonly series: readonly ExpectedSeries[] }
  | { readonly kind: "scalar"; readonly value: number }
  | { readonly kind: "string"; readonly value: string };

export interface Expectation {
  readonly value: ExpectedValue;
  readonly isOrdered: boolean;
  /** `null`: it succeeds. */
  readonly failure: MessagePattern | null;
  /** Each is met, and each warning meets one; none given: whatever warnings there are. */
  readonly warnings: readonly MessagePattern[];
  readonly infos: readonly MessagePattern[];
  readonly noWarnings: boolean;
  readonly noInfos: boolean;
  /** Times of the points of an instant evaluation that gives a range vector. */
  readonly points: TimeRange | null;
  /** Why the expectation cannot be checked; `null` if it can. */
  readonly unsupported: string | null;
}

export interface Evaluation {
  readonly kind: "eval";
  readonly line: number;
  readonly expr: string;
  readonly time: EvaluationTime;
  readonly expectation: Expectation;
}

export type Command = Load | Clear | Evaluation;
