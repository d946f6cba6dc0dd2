// What an expression compares, and the number that it compares with.

import type { ComparisonOp, Expr } from "./ast.ts";
import { createEngine } from "./engine.ts";
import { allOf, withoutParens } from "./expr-tree.ts";
import { SeriesStore } from "./series-store.ts";
import { isComparison } from "./syntax/check.ts";

/** A value that is compared with a number. */
export interface Threshold {
  readonly value: Expr;
  /** As if the number stood right: `1 < x` is given as `x > 1`. */
  readonly op: ComparisonOp;
  readonly threshold: number;
}

const MIRRORED: Readonly<Record<ComparisonOp, ComparisonOp>> = {
  "==": "==",
  "!=": "!=",
  ">": "<",
  "<": ">",
  ">=": "<=",
  "<=": ">=",
};

/** The comparison that an expression is, with a number on one side; `null` if it is anything else. */
export function splitComparison(expr: Expr): Threshold | null {
  const outer = withoutParens(expr);
  if (outer.kind !== "binary" || !isComparison(outer.op)) return null;
  const { op, left, right } = outer;
  const [leftNumber, rightNumber] = [constantOf(left), constantOf(right)];
  if (rightNumber !== null) return { value: left, op, threshold: rightNumber };
  return leftNumber === null ? null : { value: right, op: MIRRORED[op], threshold: leftNumber };
}

const ARITHMETIC = createEngine({ source: new SeriesStore() });

const COMPUTED: ReadonlySet<Expr["kind"]> = new Set<Expr["kind"]>(["number", "paren", "unary", "binary"]);

/** A number that needs no series, also one that is computed (`24 * 60 * 60`); `null` if it is anything else. */
export function constantOf(expr: Expr): number | null {
  const isConstant = expr.returns === "scalar" && [...allOf(expr)].every(({ kind }) => COMPUTED.has(kind));
  if (!isConstant) return null;
  const { value } = ARITHMETIC.instant(expr, 0);
  return value.kind === "scalar" ? value.value : null;
}
