// Walking through expressions, and making changed copies of them.

import type { Expr } from "./ast.ts";

/** The expressions directly below. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "number":
    case "string":
    case "vector-selector":
      return [];
    case "matrix-selector":
      return [expr.selector];
    case "subquery":
    case "paren":
    case "unary":
      return [expr.expr];
    case "binary":
      return [expr.left, expr.right];
    case "aggregation":
      return expr.param === null ? [expr.expr] : [expr.expr, expr.param];
    case "call":
      return expr.args;
  }
}

/** The expression and all below it. */
export function* allOf(expr: Expr): Generator<Expr> {
  yield expr;
  for (const part of partsOf(expr)) yield* allOf(part);
}

/** What stands inside of parentheses, however many. */
export function withoutParens(expr: Expr): Expr {
  return expr.kind === "paren" ? withoutParens(expr.expr) : expr;
}

/** A copy with other parts; a selector below a range stays a selector. */
export function withParts(expr: Expr, change: (part: Expr) => Expr): Expr {
  switch (expr.kind) {
    case "number":
    case "string":
    case "vector-selector":
      return expr;
    case "matrix-selector": {
      const selector = change(expr.selector);
      return selector.kind === "vector-selector" ? { ...expr, selector } : expr;
    }
    case "subquery":
    case "paren":
    case "unary":
      return { ...expr, expr: change(expr.expr) };
    case "binary":
      return { ...expr, left: change(expr.left), right: change(expr.right) };
    case "aggregation":
      return { ...expr, expr: change(expr.expr), param: expr.param === null ? null : change(expr.param) };
    case "call":
      return { ...expr, args: expr.args.map(change) };
  }
}
