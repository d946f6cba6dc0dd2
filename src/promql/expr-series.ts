// PROVISIONAL
import type { ComparisonOp, Expr, VectorSelector } from "./ast.ts";
export function selectorsOf(expr: Expr): VectorSelector[] {
  switch (expr.kind) {
    case "vector-selector":
      return [expr];
    case "matrix-selector":
      return [expr.selector];
    case "subquery":
    case "paren":
    case "unary":
    case "aggregation":
      return selectorsOf(expr.expr);
    case "binary":
      return [...selectorsOf(expr.left), ...selectorsOf(expr.right)];
    case "call":
      return expr.args.flatMap((a) => selectorsOf(a));
    default:
      return [];
  }
}
const C = new Set(["==", "!=", ">", "<", ">=", "<="]);
export function splitComparison(
  expr: Expr,
): { readonly value: Expr; readonly op: ComparisonOp; readonly threshold: number } | null {
  if (expr.kind === "paren") return splitComparison(expr.expr);
  if (expr.kind !== "binary" || !C.has(expr.op) || expr.right.kind !== "number") return null;
  return { value: expr.left, op: expr.op as ComparisonOp, threshold: expr.right.value };
}
