// The calls in an expression, and the same expression with all of them fixed at one time.

import type { AtModifier, Expr } from "../ast.ts";
import { allOf, withParts } from "../expr-tree.ts";
import { withTextOf } from "../parse.ts";

export function* callsOf(expr: Expr): Generator<string> {
  for (const part of allOf(expr)) if (part.kind === "call") yield part.name;
}

/**
 * With `@` and this time at each selector and subquery that names no time; what lies below a subquery is fixed with it. Meant
 * for instant evaluations, where `@ start()` and `@ end()` are that time too.
 */
export function fixedAt(expr: Expr, timestampMs: number): Expr {
  return withTextOf(expr, fixed(expr, timestampMs));
}

function fixed(expr: Expr, timestampMs: number): Expr {
  if (expr.kind === "vector-selector" || expr.kind === "subquery") {
    return { ...expr, at: fixedTime(expr.at, timestampMs) };
  }
  return withParts(expr, (part) => fixed(part, timestampMs));
}

function fixedTime(at: AtModifier | null, timestampMs: number): AtModifier {
  return at === null || typeof at === "string" ? { timestampMs } : at;
}
