// What an expression reads, and what it compares: its selectors, and the threshold it is about.

import type { ComparisonOp, Expr, VectorSelector } from "./ast.ts";
import { allOf } from "./expr-tree.ts";
import { isComparison } from "./syntax/check.ts";

/** All selectors in an expression. */
export function selectorsOf(expr: Expr): readonly VectorSelector[] {
  return [...allOf(expr)].filter((part) => part.kind === "vector-selector");
}

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

/** The comparison that an expression is, with a number literal on one side; `null` if it is anything else. */
export function splitComparison(expr: Expr): Threshold | null {
  const outer = withoutParens(expr);
  if (outer.kind !== "binary" || !isComparison(outer.op)) return null;
  const { op, left, right } = outer;
  const [leftNumber, rightNumber] = [numberOf(left), numberOf(right)];
  if (rightNumber !== null) return { value: left, op, threshold: rightNumber };
  return leftNumber === null ? null : { value: right, op: MIRRORED[op], threshold: leftNumber };
}

function withoutParens(expr: Expr): Expr {
  return expr.kind === "paren" ? withoutParens(expr.expr) : expr;
}

/** Also of `-(5)`, as people write thresholds. */
function numberOf(expr: Expr): number | null {
  const inner = withoutParens(expr);
  if (inner.kind === "number") return inner.value;
  if (inner.kind !== "unary") return null;
  const value = numberOf(inner.expr);
  return value === null || inner.op === "+" ? value : -value;
}
