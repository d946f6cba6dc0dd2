// An expression evaluated again and again over a range. Its steps lie on multiples of the step since 1970, whenever the
// evaluation is.

import type { Expr, Subquery } from "../ast.ts";
import type { Labels } from "../labels.ts";
import { byLabels, type Evaluated, type Matrix } from "./sample.ts";
import { evaluationError, type Scope } from "./scope.ts";

interface Draft {
  readonly labels: Labels;
  readonly timestampsMs: number[];
  readonly values: number[];
  losesName: boolean;
}

/** @param evaluate evaluates the inner expression at a time */
export function subqueryWindows(
  subquery: Subquery,
  atMs: number,
  scope: Scope,
  evaluate: (expr: Expr, atMs: number) => Evaluated,
): Matrix {
  const endMs = scope.referenceMs(subquery, atMs);
  const startMs = endMs - subquery.rangeMs;
  const stepMs = subquery.stepMs ?? scope.options.subqueryStepMs;
  const drafts = new Map<string, Draft>();
  const firstMs = Math.floor(startMs / stepMs) * stepMs + stepMs;
  // All at once, so that one which would take forever does not begin.
  scope.countSteps(Math.max(0, Math.floor((endMs - firstMs) / stepMs) + 1));
  let sampleCount = 0;
  for (let stepAtMs = firstMs; stepAtMs <= endMs; stepAtMs += stepMs) {
    const value = evaluate(subquery.expr, stepAtMs);
    if (value.kind !== "vector") throw evaluationError("subquery is only allowed on instant vector");
    for (const sample of value.samples) {
      const { key } = sample.labels;
      const { labels, losesName } = sample;
      const draft = drafts.get(key) ?? { labels, timestampsMs: [], values: [], losesName };
      if (draft.timestampsMs.length === 0) drafts.set(key, draft);
      draft.timestampsMs.push(stepAtMs);
      draft.values.push(sample.value);
    }
    sampleCount += value.samples.length;
    scope.refuseSamples(sampleCount);
  }
  return { kind: "matrix", windows: [...drafts.values()].sort(byLabels), startMs, endMs };
}
