// Comparisons with a number, also with one that is computed (`> 24 * 60 * 60`).

import type { Expr } from "../../../src/promql/ast.ts";
import { createEngine } from "../../../src/promql/engine.ts";
import { splitComparison, type Threshold } from "../../../src/promql/expr-series.ts";
import { allOf } from "../../../src/promql/expr-tree.ts";
import { SeriesStore } from "../../../src/promql/series-store.ts";

const ARITHMETIC = createEngine({ source: new SeriesStore() });

/** `null` if it is anything else. */
export function numericCondition(expr: Expr): Threshold | null {
  if (expr.kind !== "binary") return null;
  return splitComparison({ ...expr, left: folded(expr.left), right: folded(expr.right) });
}

/** A computed number as a literal. */
function folded(expr: Expr): Expr {
  const isComputed = expr.returns === "scalar" && [...allOf(expr)].every(({ kind }) => COMPUTED.has(kind));
  if (!isComputed) return expr;
  const { value } = ARITHMETIC.instant(expr, 0);
  if (value.kind !== "scalar") return expr;
  return { kind: "number", returns: "scalar", from: expr.from, to: expr.to, value: value.value };
}

const COMPUTED: ReadonlySet<Expr["kind"]> = new Set<Expr["kind"]>(["number", "paren", "unary", "binary"]);
