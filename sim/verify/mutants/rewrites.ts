// Rewrites of expressions, one for each place where a rewrite applies.

import type { Expr } from "../../../src/promql/ast.ts";
import { partsOf, withParts } from "../../../src/promql/expr-tree.ts";

/** An expression that was changed in one place, and how. */
export interface Rewritten {
  readonly expr: Expr;
  readonly description: string;
}

/** What may stand in the place of a node; nothing = the node is of no interest. */
export type Rewrite = (node: Expr) => readonly Rewritten[];

/** All expressions that differ from `expr` in exactly one place, in the order of the places. */
export function rewrites(expr: Expr, rewrite: Rewrite): readonly Rewritten[] {
  const inside = partsOf(expr).flatMap((part) =>
    rewrites(part, rewrite).map((changed) => ({
      ...changed,
      expr: withParts(expr, (each) => (each === part ? changed.expr : each)),
    })),
  );
  return [...rewrite(expr), ...inside];
}
