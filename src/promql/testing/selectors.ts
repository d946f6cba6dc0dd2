// The selectors in an expression, and the same expression with all of them fixed at one time.

import type { AtModifier, Expr, VectorSelector } from "../ast.ts";
import { withTextOf } from "../parse.ts";

/** The expressions directly below. */
function children(expr: Expr): readonly Expr[] {
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

export function* selectorsOf(expr: Expr): Generator<VectorSelector> {
  if (expr.kind === "vector-selector") yield expr;
  for (const child of children(expr)) yield* selectorsOf(child);
}

export function* callsOf(expr: Expr): Generator<string> {
  if (expr.kind === "call") yield expr.name;
  for (const child of children(expr)) yield* callsOf(child);
}

/**
 * With `@` and this time at each selector and subquery that names no time; what lies below a subquery is fixed with it. Meant
 * for instant evaluations, where `@ start()` and `@ end()` are that time too.
 */
export function fixedAt(expr: Expr, timestampMs: number): Expr {
  return withTextOf(expr, fixed(expr, timestampMs));
}

function fixed(expr: Expr, timestampMs: number): Expr {
  const fix = (child: Expr) => fixed(child, timestampMs);
  switch (expr.kind) {
    case "number":
    case "string":
      return expr;
    case "vector-selector":
      return fixedSelector(expr, timestampMs);
    case "matrix-selector":
      return { ...expr, selector: fixedSelector(expr.selector, timestampMs) };
    case "subquery":
      return { ...expr, at: fixedTime(expr.at, timestampMs) };
    case "paren":
    case "unary":
      return { ...expr, expr: fix(expr.expr) };
    case "binary":
      return { ...expr, left: fix(expr.left), right: fix(expr.right) };
    case "aggregation":
      return { ...expr, expr: fix(expr.expr), param: expr.param === null ? null : fix(expr.param) };
    case "call":
      return { ...expr, args: expr.args.map(fix) };
  }
}

function fixedSelector(selector: VectorSelector, timestampMs: number): VectorSelector {
  return { ...selector, at: fixedTime(selector.at, timestampMs) };
}

function fixedTime(at: AtModifier | null, timestampMs: number): AtModifier {
  return at === null || typeof at === "string" ? { timestampMs } : at;
}
