// What follows a selector or subquery: `[5m]`, `[1h:1m]`, `offset 5m`, `@ 1700000000`.

import type { AtModifier, Expr, Subquery, VectorSelector } from "../ast.ts";
import type { Builder } from "./builder.ts";
import { childrenOf, readOffsetMs, readRangeMs } from "./durations.ts";
import type { SyntaxNode } from "./grammar.ts";

const NEEDS_SELECTOR =
  "must be preceded by an instant vector selector or range vector selector or a subquery";

/** @throws DashstreamError `promql_invalid` if it cannot follow `expr` */
export function applySuffix(expr: Expr, node: SyntaxNode, builder: Builder): Expr {
  switch (node.name) {
    case "MatrixSelector":
      return matrixSelector(expr, node, builder);
    case "SubqueryExpr":
      return subquery(expr, node, builder);
    case "OffsetExpr":
      return withOffset(expr, node, builder);
    case "StepInvariantExpr":
      return withAt(expr, node, builder);
    default: {
      const word = builder.text.slice(node.lastChild?.from, node.to);
      throw builder.fail(node.lastChild?.from ?? node.from, `modifier ${word} is not supported`);
    }
  }
}

function matrixSelector(expr: Expr, node: SyntaxNode, builder: Builder): Expr {
  const [, range = node] = childrenOf(node);
  const rangeMs = readRangeMs(range, builder);
  const bracket = builder.text.lastIndexOf("[", range.from);
  if (expr.kind !== "vector-selector") {
    throw builder.fail(bracket, "ranges only allowed for vector selectors");
  }
  if (expr.offsetMs !== 0) throw builder.fail(bracket, "no offset modifiers allowed before range");
  if (expr.at !== null) throw builder.fail(bracket, "no @ modifiers allowed before range");
  return {
    kind: "matrix-selector",
    selector: expr,
    rangeMs,
    returns: "matrix",
    from: expr.from,
    to: node.to,
  };
}

function subquery(expr: Expr, node: SyntaxNode, builder: Builder): Subquery {
  const [, range = node, step = null] = childrenOf(node);
  const rangeMs = readRangeMs(range, builder);
  const stepMs = step === null ? null : readRangeMs(step, builder);
  return {
    kind: "subquery",
    expr,
    rangeMs,
    // A step below a millisecond is cut to 0, which upstream takes for no step.
    stepMs: stepMs === 0 ? null : stepMs,
    offsetMs: 0,
    at: null,
    returns: "matrix",
    from: expr.from,
    to: node.to,
  };
}

function withOffset(expr: Expr, node: SyntaxNode, builder: Builder): Expr {
  const offsetMs = readOffsetMs(node.lastChild ?? node, builder);
  return modified(expr, node, builder, "offset modifier", (target) => {
    if (target.offsetMs !== 0) throw builder.fail(expr.from, "offset may not be set multiple times");
    return { ...target, offsetMs };
  });
}

function withAt(expr: Expr, node: SyntaxNode, builder: Builder): Expr {
  const at = readAt(expr, node, builder);
  return modified(expr, node, builder, "@ modifier", (target) => {
    if (target.at !== null) {
      throw builder.fail(expr.from, "@ <timestamp> may not be set multiple times");
    }
    return { ...target, at };
  });
}

/** Changes the selector inside, and lets the expression reach to the end of its modifier. */
function modified(
  expr: Expr,
  node: SyntaxNode,
  builder: Builder,
  what: string,
  change: <T extends VectorSelector | Subquery>(target: T) => T,
): Expr {
  const { to } = node;
  switch (expr.kind) {
    case "vector-selector":
    case "subquery":
      return { ...change(expr), to };
    case "matrix-selector":
      return { ...expr, selector: change(expr.selector), to };
    default:
      throw builder.fail(expr.from, `${what} ${NEEDS_SELECTOR}`);
  }
}

function readAt(expr: Expr, node: SyntaxNode, builder: Builder): AtModifier {
  const last = node.lastChild ?? node;
  if (last.name === "AtModifierPreprocessors") {
    return builder.token(last).kind === "start" ? "start" : "end";
  }
  const { value: seconds } = builder.number(last);
  const signed = builder.text[last.from] === "-" ? -seconds : seconds;
  if (!(Math.abs(signed) < 2 ** 63)) {
    throw builder.fail(expr.from, `timestamp out of bounds for @ modifier: ${signed}`);
  }
  // Rounded as timestamp.FromFloatSeconds does: halves away from zero.
  return { timestampMs: Math.sign(signed) * Math.round(Math.abs(signed) * 1000) + 0 };
}
