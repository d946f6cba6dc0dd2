// What an expression reads: its selectors, each with the window it looks back.

import type { Expr, VectorSelector } from "../../src/promql/ast.ts";
import { parseExpr } from "../../src/promql/parse.ts";

export interface Selection {
  readonly selector: VectorSelector;
  /** `null` for an instant. */
  readonly rangeMs: number | null;
}

export function selectionsOf(expression: string): readonly Selection[] {
  return walk(parseExpr(expression));
}

function walk(expr: Expr): readonly Selection[] {
  switch (expr.kind) {
    case "number":
    case "string":
      return [];
    case "vector-selector":
      return [{ selector: expr, rangeMs: null }];
    case "matrix-selector":
      return [{ selector: expr.selector, rangeMs: expr.rangeMs }];
    case "subquery":
    case "paren":
    case "unary":
      return walk(expr.expr);
    case "binary":
      return [...walk(expr.left), ...walk(expr.right)];
    case "aggregation":
      return [...walk(expr.expr), ...(expr.param === null ? [] : walk(expr.param))];
    case "call":
      return expr.args.flatMap(walk);
  }
}
