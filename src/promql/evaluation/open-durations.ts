// Durations that depend on the evaluation, `[step()]` for example, get their values when it begins.

import type { EvaluationShape, Expr } from "../ast.ts";
import { allOf, withParts } from "../expr-tree.ts";
import { withTextOf } from "../parse.ts";

/** Nearly all expressions have none, and are evaluated again and again. */
const openness = new WeakMap<Expr, boolean>();

/** The expression with all its durations known. @throws DashstreamError `promql_invalid` if one makes none */
export function withDurations(expr: Expr, shape: EvaluationShape): Expr {
  let isOpen = openness.get(expr);
  if (isOpen === undefined) {
    isOpen = allOf(expr).some(hasOpenDuration);
    openness.set(expr, isOpen);
  }
  return isOpen ? withTextOf(expr, closed(expr, shape)) : expr;
}

function hasOpenDuration(expr: Expr): boolean {
  switch (expr.kind) {
    case "vector-selector":
      return expr.openOffset !== undefined;
    case "matrix-selector":
      return expr.openRange !== undefined;
    case "subquery":
      return [expr.openRange, expr.openStep, expr.openOffset].some((open) => open !== undefined);
    default:
      return false;
  }
}

function closed(expr: Expr, shape: EvaluationShape): Expr {
  const inner = withParts(expr, (part) => closed(part, shape));
  switch (inner.kind) {
    case "vector-selector": {
      const { openOffset, ...selector } = inner;
      return { ...selector, offsetMs: openOffset?.(shape) ?? selector.offsetMs };
    }
    case "matrix-selector": {
      const { openRange, ...matrix } = inner;
      return { ...matrix, rangeMs: openRange?.(shape) ?? matrix.rangeMs };
    }
    case "subquery": {
      const { openRange, openStep, openOffset, ...subquery } = inner;
      return {
        ...subquery,
        rangeMs: openRange?.(shape) ?? subquery.rangeMs,
        // Below a millisecond it is no step, as where it is written down.
        stepMs: (openStep?.(shape) ?? subquery.stepMs) || null,
        offsetMs: openOffset?.(shape) ?? subquery.offsetMs,
      };
    }
    default:
      return inner;
  }
}
