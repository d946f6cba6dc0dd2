// Broken rules: each differs from a rule of ours in one way that a tired author might have chosen. A verification that
// passes with one of them proves less than it says.

import type { ComparisonOp, Expr } from "../../../src/promql/ast.ts";
import { METRIC_NAME } from "../../../src/promql/labels.ts";
import { createMatcher } from "../../../src/promql/matcher.ts";
import type { AlertRule } from "../../../src/promql/rules/rule.ts";
import { rewrites } from "./map-expr.ts";

export type RuleMutantKind = "threshold" | "comparison" | "matcher" | "label" | "metric" | "window" | "for";

export interface RuleMutant {
  readonly kind: RuleMutantKind;
  /** What was changed, in words. */
  readonly description: string;
  readonly rule: AlertRule;
}

const FLIPPED: Readonly<Record<ComparisonOp, ComparisonOp>> = {
  ">": "<",
  "<": ">",
  ">=": "<",
  "<=": ">",
  "==": "!=",
  "!=": "==",
};
const TENFOLD = 10;
/** Below the scrape interval, so that it never holds two samples. */
const SHORT_WINDOW_MS = 10_000;
/** Where a rule does not wait at all. */
const NEW_FOR_MS = 600_000;

/** All mutants of one rule. */
export function ruleMutants(rule: AlertRule): readonly RuleMutant[] {
  const changed = (kind: RuleMutantKind, describe: (expr: Expr) => string, exprs: readonly Expr[]) =>
    exprs.map((expr): RuleMutant => ({ kind, description: describe(expr), rule: { ...rule, expr } }));
  return [
    ...changed("threshold", () => "threshold tenfold", rewrites(rule.expr, tenfoldThreshold)),
    ...changed("comparison", () => "comparison flipped", rewrites(rule.expr, flippedComparison)),
    ...changed("metric", () => "a metric renamed", rewrites(rule.expr, renamedMetric)),
    ...changed("matcher", () => "a label matcher changed", rewrites(rule.expr, changedMatcher)),
    ...changed("window", () => "window below the scrape interval", rewrites(rule.expr, shortWindow)),
    ...labelMutants(rule),
    longerFor(rule),
  ];
}

/** Zero tenfold is zero: ten instead, which no rate of a drill reaches. */
function tenfoldThreshold(node: Expr): readonly Expr[] {
  if (node.kind !== "binary" || !isComparison(node.op) || node.right.kind !== "number") return [];
  const { value } = node.right;
  return [{ ...node, right: { ...node.right, value: value === 0 ? TENFOLD : value * TENFOLD } }];
}

function flippedComparison(node: Expr): readonly Expr[] {
  if (node.kind !== "binary" || !isComparison(node.op)) return [];
  return [{ ...node, op: FLIPPED[node.op] }];
}

function isComparison(op: string): op is ComparisonOp {
  return Object.hasOwn(FLIPPED, op);
}

function renamedMetric(node: Expr): readonly Expr[] {
  if (node.kind !== "vector-selector" || node.name === "") return [];
  const name = `${node.name}_renamed`;
  const matchers = node.matchers.map((matcher) =>
    matcher.name === METRIC_NAME ? createMatcher(METRIC_NAME, "=", name) : matcher,
  );
  return [{ ...node, name, matchers }];
}

/** One mutant for each matcher besides that of the name. */
function changedMatcher(node: Expr): readonly Expr[] {
  if (node.kind !== "vector-selector") return [];
  return node.matchers.flatMap((matcher, index) => {
    if (matcher.name === METRIC_NAME) return [];
    return [{ ...node, matchers: node.matchers.with(index, createMatcher(matcher.name, "=", "another")) }];
  });
}

function shortWindow(node: Expr): readonly Expr[] {
  return node.kind === "matrix-selector" ? [{ ...node, rangeMs: SHORT_WINDOW_MS }] : [];
}

function labelMutants(rule: AlertRule): readonly RuleMutant[] {
  return Object.keys(rule.labels).map((name) => ({
    kind: "label",
    description: `label ${name} changed`,
    rule: { ...rule, labels: { ...rule.labels, [name]: "another" } },
  }));
}

function longerFor(rule: AlertRule): RuleMutant {
  const forMs = rule.forMs === 0 ? NEW_FOR_MS : rule.forMs * TENFOLD;
  return { kind: "for", description: "for tenfold", rule: { ...rule, forMs } };
}
