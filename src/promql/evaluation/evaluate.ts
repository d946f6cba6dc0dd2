// The evaluator: an expression at one instant. A range is a row of instants. Source of all it does: promql/engine.go of
// Prometheus.

import type { Expr } from "../ast.ts";
import { aggregate } from "./aggregation.ts";
import { evaluateBinary } from "./binary.ts";
import { evaluateCall } from "./call.ts";
import { checkLabelName } from "./count-values.ts";
import { refuseSameLabels } from "./duplicates.ts";
import { type Evaluated, type Sample, scalarOf, vectorOf, withoutMetadata } from "./sample.ts";
import { evaluationError, type Scope } from "./scope.ts";
import { instantSamples, rangeWindows } from "./selection.ts";
import { subqueryWindows } from "./subquery.ts";

/** @throws DashstreamError `promql_invalid` */
export function evaluate(expr: Expr, atMs: number, scope: Scope): Evaluated {
  switch (expr.kind) {
    case "number":
      return scalarOf(expr.value);
    case "string":
      return { kind: "string", value: expr.value };
    case "paren":
      return evaluate(expr.expr, atMs, scope);
    case "vector-selector":
      return vectorOf(instantSamples(expr, atMs, scope));
    case "matrix-selector":
      return rangeWindows(expr, atMs, scope);
    case "subquery":
      return subqueryWindows(expr, atMs, scope, (inner, innerMs) => evaluate(inner, innerMs, scope));
    case "unary": {
      const value = evaluate(expr.expr, atMs, scope);
      return expr.op === "-" ? negated(value, scope) : value;
    }
    case "binary": {
      const left = evaluate(expr.left, atMs, scope);
      return evaluateBinary(expr, left, evaluate(expr.right, atMs, scope), atMs, scope);
    }
    case "aggregation": {
      const parameter = expr.param === null ? null : evaluate(expr.param, atMs, scope);
      // Before what is aggregated, which may fail too.
      if (parameter?.kind === "string") checkLabelName(parameter.value);
      const value = evaluate(expr.expr, atMs, scope);
      if (value.kind !== "vector") throw evaluationError(`${expr.op} needs an instant vector`);
      return vectorOf(aggregate(expr, value.samples, parameter, atMs, scope));
    }
    case "call":
      return evaluateCall(expr, atMs, scope, (arg) => evaluate(arg, atMs, scope));
  }
}

function negated(value: Evaluated, scope: Scope): Evaluated {
  if (value.kind === "scalar") return scalarOf(-value.value);
  if (value.kind !== "vector") throw evaluationError(`a ${value.kind} has no negative`);
  const { delayedNameRemoval } = scope.options;
  const samples: readonly Sample[] = value.samples.map((sample) => ({
    ...sample,
    labels: delayedNameRemoval ? sample.labels : withoutMetadata(sample.labels),
    value: -sample.value,
    losesName: true,
  }));
  if (!delayedNameRemoval) refuseSameLabels(samples);
  return vectorOf(samples);
}
