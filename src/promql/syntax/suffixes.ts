// What follows a selector or subquery: `[5m]`, `[1h:1m]`, `offset 5m`, `@ 1700000000`.

import type { AtModifier, Expr, RangeModifier, Subquery, VectorSelector } from "../ast.ts";
import { formatG } from "../go-number.ts";
import type { Builder } from "./builder.ts";
import { childrenOf, readOffset, readRange } from "./durations.ts";
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
    case "AnchoredExpr":
      return withModifier(expr, node, builder, "anchored");
    case "SmoothedExpr":
      return withModifier(expr, node, builder, "smoothed");
    default:
      throw builder.fail(node.from, `unexpected ${node.name}`);
  }
}

function matrixSelector(expr: Expr, node: SyntaxNode, builder: Builder): Expr {
  const [, range = node] = childrenOf(node);
  const { ms: rangeMs, open } = readRange(range, builder);
  const bracket = builder.text.lastIndexOf("[", range.from);
  if (expr.kind !== "vector-selector") {
    throw builder.fail(bracket, "ranges only allowed for vector selectors");
  }
  if (hasOffset(expr)) throw builder.fail(bracket, "no offset modifiers allowed before range");
  if (expr.at !== null) throw builder.fail(bracket, "no @ modifiers allowed before range");
  return {
    kind: "matrix-selector",
    selector: expr,
    rangeMs,
    ...(open === undefined ? {} : { openRange: open }),
    returns: "matrix",
    from: expr.from,
    to: node.to,
  };
}

function subquery(expr: Expr, node: SyntaxNode, builder: Builder): Subquery {
  const [, range = node, step = null] = childrenOf(node);
  const { ms: rangeMs, open: openRange } = readRange(range, builder);
  const { ms: stepMs, open: openStep } = step === null ? { ms: 0 } : readRange(step, builder);
  return {
    kind: "subquery",
    expr,
    rangeMs,
    // A step below a millisecond is cut to 0, which upstream takes for no step.
    stepMs: stepMs === 0 ? null : stepMs,
    offsetMs: 0,
    at: null,
    ...(openRange === undefined ? {} : { openRange }),
    ...(openStep === undefined ? {} : { openStep }),
    returns: "matrix",
    from: expr.from,
    to: node.to,
  };
}

function hasOffset({ offsetMs, openOffset }: VectorSelector | Subquery): boolean {
  return offsetMs !== 0 || openOffset !== undefined;
}

function withOffset(expr: Expr, node: SyntaxNode, builder: Builder): Expr {
  const { ms: offsetMs, open } = readOffset(node.lastChild ?? node, builder);
  return modified(expr, node, builder, "offset modifier", (target) => {
    if (hasOffset(target)) throw builder.fail(expr.from, "offset may not be set multiple times");
    return { ...target, offsetMs, ...(open === undefined ? {} : { openOffset: open }) };
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

function withModifier(expr: Expr, node: SyntaxNode, builder: Builder, modifier: RangeModifier): Expr {
  if (expr.kind === "subquery") {
    throw builder.fail(expr.from, `${modifier} modifier is not supported for subqueries`);
  }
  if (expr.kind !== "vector-selector" && expr.kind !== "matrix-selector") {
    throw builder.fail(expr.from, `${modifier} modifier not implemented`);
  }
  const selector = expr.kind === "matrix-selector" ? expr.selector : expr;
  if (selector.modifier !== undefined && selector.modifier !== modifier) {
    throw builder.fail(expr.from, "anchored and smoothed modifiers cannot be used together");
  }
  if (expr.kind === "vector-selector") return { ...expr, modifier, to: node.to };
  return { ...expr, selector: { ...selector, modifier }, to: node.to };
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
    throw builder.fail(expr.from, `timestamp out of bounds for @ modifier: ${outOfBounds(signed)}`);
  }
  // Rounded as timestamp.FromFloatSeconds does: halves away from zero.
  return { timestampMs: Math.sign(signed) * Math.round(Math.abs(signed) * 1000) + 0 };
}

/** As Go's `%f` writes a number that is too large for a time. */
function outOfBounds(seconds: number): string {
  return Number.isFinite(seconds) ? `${BigInt(seconds)}.000000` : formatG(seconds);
}
