// What an expression reads.

import type { Expr, VectorSelector } from "./ast.ts";
import { allOf } from "./expr-tree.ts";
import { METRIC_NAME } from "./labels.ts";

/** All selectors in an expression. */
export function selectorsOf(expr: Expr): readonly VectorSelector[] {
  return [...allOf(expr)].filter((part) => part.kind === "vector-selector");
}

/** The metric that a selector names, also as a matcher; "" if a pattern or nothing stands for it. */
export function metricOf({ name, matchers }: VectorSelector): string {
  const named = matchers.find((matcher) => matcher.name === METRIC_NAME && matcher.op === "=");
  return named?.value ?? name;
}
