// Broken rules: each differs from a rule of ours in one way that a tired author might have chosen. A verification that
// passes with one of them proves less than it says.

import type { ComparisonOp, Expr, NumberLiteral } from "../../../src/promql/ast.ts";
import { metricOf } from "../../../src/promql/expr-series.ts";
import { constantOf } from "../../../src/promql/expr-threshold.ts";
import { METRIC_NAME } from "../../../src/promql/labels.ts";
import { createMatcher } from "../../../src/promql/matcher.ts";
import type { AlertRule } from "../../../src/promql/rules/rule.ts";
import { isComparison } from "../../../src/promql/syntax/check.ts";
import type { MutantKind } from "../report/mutation/mutation.ts";
import { type Rewrite, type Rewritten, rewrites } from "./rewrites.ts";

export interface RuleMutant {
  readonly kind: MutantKind;
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
const OTHER_VALUE = "another";

const EXPR_MUTATIONS: readonly { readonly kind: MutantKind; readonly change: Rewrite }[] = [
  { kind: "threshold-tenfold", change: tenfoldThreshold },
  { kind: "comparison-flipped", change: flippedComparison },
  { kind: "metric-renamed", change: renamedMetric },
  { kind: "label-changed", change: changedMatcher },
  { kind: "window-below-scrape", change: shortWindow },
];

/** All mutants of one rule, in an order that does not change. */
export function ruleMutants(rule: AlertRule): readonly RuleMutant[] {
  const ofExpr = EXPR_MUTATIONS.flatMap(({ kind, change }) =>
    rewrites(rule.expr, change).map(({ expr, description }) => ({
      kind,
      description,
      rule: { ...rule, expr },
    })),
  );
  return [...ofExpr, ...labelMutants(rule), longerFor(rule)];
}

/** Also of a number on the left. */
function tenfoldThreshold(node: Expr): readonly Rewritten[] {
  if (node.kind !== "binary" || !isComparison(node.op)) return [];
  const { op, left, right } = node;
  const [leftNumber, rightNumber] = [constantOf(left), constantOf(right)];
  const changes: Rewritten[] = [];
  if (leftNumber !== null) {
    const literal = tenfold(left, leftNumber);
    const description = `${leftNumber} ${op} became ${literal.value} ${op}`;
    changes.push({ expr: { ...node, left: literal }, description });
  }
  if (rightNumber !== null) {
    const literal = tenfold(right, rightNumber);
    const description = `${op} ${rightNumber} became ${op} ${literal.value}`;
    changes.push({ expr: { ...node, right: literal }, description });
  }
  return changes;
}

/** Zero tenfold is zero: ten instead, which no rate of a drill reaches. */
function tenfold({ from, to }: Expr, value: number): NumberLiteral {
  return {
    kind: "number",
    returns: "scalar",
    from,
    to,
    value: value === 0 ? TENFOLD : value * TENFOLD,
  };
}

function flippedComparison(node: Expr): readonly Rewritten[] {
  if (node.kind !== "binary" || !isComparison(node.op)) return [];
  const op = FLIPPED[node.op];
  return [{ expr: { ...node, op }, description: `${node.op} became ${op}` }];
}

function renamedMetric(node: Expr): readonly Rewritten[] {
  if (node.kind !== "vector-selector") return [];
  const metric = metricOf(node);
  if (metric === "") return [];
  const name = `${metric}_renamed`;
  const matchers = node.matchers.map((matcher) =>
    matcher.name === METRIC_NAME ? createMatcher(METRIC_NAME, "=", name) : matcher,
  );
  return [{ expr: { ...node, name, matchers }, description: `${metric} became ${name}` }];
}

/** One mutant for each matcher besides that of the name. */
function changedMatcher(node: Expr): readonly Rewritten[] {
  if (node.kind !== "vector-selector") return [];
  return node.matchers.flatMap((matcher, index) => {
    const { name, op, value } = matcher;
    if (name === METRIC_NAME) return [];
    const matchers = node.matchers.with(index, createMatcher(name, "=", OTHER_VALUE));
    return [
      {
        expr: { ...node, matchers },
        description: `${name}${op}${JSON.stringify(value)} became ${name}="${OTHER_VALUE}"`,
      },
    ];
  });
}

function shortWindow(node: Expr): readonly Rewritten[] {
  if (node.kind !== "matrix-selector") return [];
  const description = `[${node.rangeMs / 1000}s] became [${SHORT_WINDOW_MS / 1000}s]`;
  const { openRange: _, ...fixed } = node;
  return [{ expr: { ...fixed, rangeMs: SHORT_WINDOW_MS }, description }];
}

function labelMutants(rule: AlertRule): readonly RuleMutant[] {
  return Object.entries(rule.labels).map(([name, value]) => ({
    kind: "label-changed",
    description: `label ${name}: ${value} became ${OTHER_VALUE}`,
    rule: { ...rule, labels: { ...rule.labels, [name]: OTHER_VALUE } },
  }));
}

function longerFor(rule: AlertRule): RuleMutant {
  const forMs = rule.forMs === 0 ? NEW_FOR_MS : rule.forMs * TENFOLD;
  const description = `for: ${rule.forMs / 1000}s became ${forMs / 1000}s`;
  return { kind: "for-tenfold", description, rule: { ...rule, forMs } };
}
