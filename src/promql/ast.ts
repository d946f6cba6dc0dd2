// The syntax tree of an expression, checked for types. Positions are offsets into the text of the expression.

import type { LabelMatcher } from "./series-store.ts";
import type { ValueKind } from "./value.ts";

export interface Span {
  /** First character. */
  readonly from: number;
  /** After the last character. */
  readonly to: number;
}

interface Node extends Span {
  /** What it evaluates to. */
  readonly returns: ValueKind;
}

/** How an expression is evaluated: both are 0 at an instant. */
export interface EvaluationShape {
  readonly stepMs: number;
  /** From the first step to the last. */
  readonly rangeMs: number;
}

/**
 * Milliseconds of a duration with `step()` or `range()` in it, known once the evaluation is.
 * @throws DashstreamError `promql_invalid` if it makes no duration there
 */
export type OpenDuration = (shape: EvaluationShape) => number;

/**
 * How samples outside of a range are used: `anchored` measures from the last one before it, `smoothed` interpolates at both
 * ends.
 */
export type RangeModifier = "anchored" | "smoothed";

/** `@`: a time, or the beginning or end of the whole evaluation. */
export type AtModifier = { readonly timestampMs: number } | "start" | "end";

export interface NumberLiteral extends Node {
  readonly kind: "number";
  readonly value: number;
}

export interface StringLiteral extends Node {
  readonly kind: "string";
  readonly value: string;
}

export interface VectorSelector extends Node {
  readonly kind: "vector-selector";
  /** "" if it is given by matchers only. */
  readonly name: string;
  /** Includes the matcher of the name. */
  readonly matchers: readonly LabelMatcher[];
  readonly offsetMs: number;
  readonly at: AtModifier | null;
  readonly modifier?: RangeModifier;
  /** Takes the place of `offsetMs`. */
  readonly openOffset?: OpenDuration;
}

export interface MatrixSelector extends Node {
  readonly kind: "matrix-selector";
  readonly selector: VectorSelector;
  readonly rangeMs: number;
  /** Takes the place of `rangeMs`. */
  readonly openRange?: OpenDuration;
}

export interface Subquery extends Node {
  readonly kind: "subquery";
  readonly expr: Expr;
  readonly rangeMs: number;
  /** `null` = the evaluator's default, one minute. */
  readonly stepMs: number | null;
  readonly offsetMs: number;
  readonly at: AtModifier | null;
  /** Take the places of those in milliseconds. */
  readonly openRange?: OpenDuration;
  readonly openStep?: OpenDuration;
  readonly openOffset?: OpenDuration;
}

export interface Paren extends Node {
  readonly kind: "paren";
  readonly expr: Expr;
}

export interface Unary extends Node {
  readonly kind: "unary";
  readonly op: "+" | "-";
  readonly expr: Expr;
}

export type ArithmeticOp = "+" | "-" | "*" | "/" | "%" | "^" | "atan2";
export type ComparisonOp = "==" | "!=" | ">" | "<" | ">=" | "<=";
export type SetOp = "and" | "or" | "unless";

export interface VectorMatching {
  readonly cardinality: "one-to-one" | "many-to-one" | "one-to-many" | "many-to-many";
  /** `labels` are those of `on`; otherwise those of `ignoring`. */
  readonly on: boolean;
  readonly labels: readonly string[];
  /** Labels of `group_left` or `group_right`. */
  readonly include: readonly string[];
}

export interface Binary extends Node {
  readonly kind: "binary";
  readonly op: ArithmeticOp | ComparisonOp | SetOp;
  readonly left: Expr;
  readonly right: Expr;
  /** `bool`: gives 0 or 1 instead of filtering. */
  readonly bool: boolean;
  /** `null` unless both sides are vectors. */
  readonly matching: VectorMatching | null;
}

export type AggregationOp =
  | "sum"
  | "avg"
  | "min"
  | "max"
  | "count"
  | "group"
  | "stddev"
  | "stdvar"
  | "topk"
  | "bottomk"
  | "quantile"
  | "count_values"
  | "limitk"
  | "limit_ratio";

export interface Aggregation extends Node {
  readonly kind: "aggregation";
  readonly op: AggregationOp;
  readonly expr: Expr;
  readonly param: Expr | null;
  readonly without: boolean;
  readonly grouping: readonly string[];
}

export interface Call extends Node {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Expr[];
}

export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Paren
  | Unary
  | Binary
  | Aggregation
  | Call;
