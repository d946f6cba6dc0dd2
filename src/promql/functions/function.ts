// What a function of PromQL is: its signature, which the parser checks, and what it makes of evaluated arguments.

import type { Expr, RangeModifier } from "../ast.ts";
import type { Labels } from "../labels.ts";
import type { Value, ValueKind } from "../value.ts";

/** The samples of one series in a range, without staleness markers; the range is open on the left, closed on the right. */
export interface Window {
  readonly labels: Labels;
  readonly timestampsMs: readonly number[];
  readonly values: readonly number[];
}

/** A sample of an instant vector, with the time of the sample that a selector found. */
export interface ArgumentSample {
  readonly labels: Labels;
  readonly value: number;
  /** Time of the sample itself if the argument is a plain selector, else that of the evaluation. */
  readonly timestampMs: number;
}

export type Argument =
  | { readonly kind: "scalar"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "vector"; readonly samples: readonly ArgumentSample[] }
  | {
      readonly kind: "matrix";
      readonly windows: readonly Window[];
      /** The range after `offset` and `@`: (`startMs`, `endMs`]. */
      readonly startMs: number;
      readonly endMs: number;
      /**
       * Of a selector with `anchored` or `smoothed`: the windows reach over the left end of the range by the lookback, and
       * with `smoothed` over the right end too.
       */
      readonly modifier?: RangeModifier;
    };

export interface CallContext {
  /** Time of the evaluation, milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly args: readonly Argument[];
  /** The arguments as written, without parentheses around them; `absent` reads labels from them. */
  readonly exprs: readonly Expr[];
  /** Remarks in the words of Prometheus, without the position, which is that of `about`. */
  warn(text: string, about: Expr): void;
  info(text: string, about: Expr): void;
}

export interface PromFunction {
  readonly name: string;
  readonly args: readonly ValueKind[];
  /** As upstream: 0 = exactly these arguments, n = the last n may be left out, -1 = the last may be repeated or left out. */
  readonly variadic: number;
  readonly returns: ValueKind;
  /** Whether the result loses the name of the metric; the engine takes it away. */
  readonly dropsName: boolean;
  /** @throws DashstreamError `promql_invalid` */
  readonly evaluate: (context: CallContext) => Exclude<Value, { readonly kind: "matrix" }>;
}
