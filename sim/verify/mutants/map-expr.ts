// Rewrites of expressions, one for each place where a rewrite applies.

import type { Expr } from "../../../src/promql/ast.ts";

/** What may stand in the place of a node; nothing = the node is of no interest. */
export type Rewrite = (node: Expr) => readonly Expr[];

/** All expressions that differ from `expr` in exactly one place, in the order of the places. */
export function rewrites(expr: Expr, rewrite: Rewrite): readonly Expr[] {
  return [...rewrite(expr), ...inChildren(expr, rewrite)];
}

function inChildren(expr: Expr, rewrite: Rewrite): readonly Expr[] {
  const inside = (child: Expr, rebuild: (child: Expr) => Expr) => rewrites(child, rewrite).map(rebuild);
  switch (expr.kind) {
    case "number":
    case "string":
    case "vector-selector":
      return [];
    case "matrix-selector":
      return rewrites(expr.selector, rewrite).flatMap((selector) =>
        selector.kind === "vector-selector" ? [{ ...expr, selector }] : [],
      );
    case "subquery":
    case "paren":
    case "unary":
      return inside(expr.expr, (child) => ({ ...expr, expr: child }));
    case "binary":
      return [
        ...inside(expr.left, (left) => ({ ...expr, left })),
        ...inside(expr.right, (right) => ({ ...expr, right })),
      ];
    case "aggregation":
      return inside(expr.expr, (child) => ({ ...expr, expr: child }));
    case "call":
      return expr.args.flatMap((arg, index) =>
        inside(arg, (child) => ({ ...expr, args: expr.args.with(index, child) })),
      );
    default:
      return expr satisfies never;
  }
}
