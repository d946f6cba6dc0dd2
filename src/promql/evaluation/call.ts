// Calls of functions: their arguments, what becomes of the names of metrics, and which samples of a result are refused.

import { DashstreamError } from "../../errors.ts";
import type { Call, Expr } from "../ast.ts";
import { withoutParens } from "../expr-tree.ts";
import type { CallContext, PromFunction } from "../functions/function.ts";
import { FUNCTIONS } from "../functions/functions.ts";
import type { Labels } from "../labels.ts";
import type { VectorSample } from "../value.ts";
import { refuseDuplicates, refuseSameLabels } from "./duplicates.ts";
import { type Evaluated, type Sample, scalarOf, vectorOf, withoutMetadata } from "./sample.ts";
import type { Scope } from "./scope.ts";

/** Their results have the labels of their samples in the same order, changed or not. */
const LABEL_CHANGES: ReadonlySet<string> = new Set(["label_replace", "label_join"]);

const SORTS: ReadonlySet<string> = new Set(["sort", "sort_desc"]);

/** @param evaluate evaluates an argument at the time of the call */
export function evaluateCall(
  call: Call,
  atMs: number,
  scope: Scope,
  evaluate: (expr: Expr) => Evaluated,
): Evaluated {
  const called = FUNCTIONS.get(call.name);
  if (called === undefined) throw new DashstreamError("invariant", `no function ${call.name}`);
  if (SORTS.has(call.name) && scope.options.isRange) {
    scope.warn(
      "PromQL warning: sort is ineffective for range queries since results are always ordered by labels",
      call,
    );
  }
  // `absent((x))` looks at x, and `timestamp((x))` at the times of its samples.
  const exprs = call.args.map(withoutParens);
  const args = exprs.map((expr) => asArgument(read(call, expr, scope, evaluate), expr, atMs));
  const context: CallContext = { atMs, args, exprs, warn: scope.warn, info: scope.info };
  const result = called.evaluate(context);
  if (result.kind === "scalar") return scalarOf(result.value);
  if (result.kind === "string") return result;
  return vectorOf(named(called, call, result.samples, args, atMs, scope));
}

/**
 * The value of an argument. Prometheus fetches samples for `timestamp(x @ 100 offset 1m)` a minute before 100 and then looks
 * among them for those of 100, so that it finds what is new enough for both times.
 */
function read(call: Call, expr: Expr, scope: Scope, evaluate: (expr: Expr) => Evaluated): Evaluated {
  if (call.name !== "timestamp" || expr.kind !== "vector-selector" || expr.at === null) return evaluate(expr);
  const { at, offsetMs } = expr;
  const value = evaluate({ ...expr, offsetMs: Math.max(0, offsetMs) });
  if (value.kind !== "vector") return value;
  const newestMs = scope.referenceMs({ at, offsetMs: Math.min(0, offsetMs) }, 0);
  const oldestMs = newestMs - scope.options.lookbackDeltaMs;
  return vectorOf(value.samples.filter(({ timestampMs }) => timestampMs > oldestMs));
}

/** Only a selector's samples have times of their own. */
function asArgument(value: Evaluated, expr: Expr, atMs: number): Evaluated {
  if (value.kind !== "vector" || expr.kind === "vector-selector") return value;
  return vectorOf(value.samples.map((sample) => ({ ...sample, timestampMs: atMs })));
}

function named(
  { name, dropsName }: PromFunction,
  call: Call,
  samples: readonly VectorSample[],
  args: readonly Evaluated[],
  atMs: number,
  scope: Scope,
): readonly Sample[] {
  const { delayedNameRemoval } = scope.options;
  const losesName = dropsName ? () => true : losesNameAsBefore(call, args);
  const results = samples.map(({ labels, value }, index) => ({
    labels: dropsName && !delayedNameRemoval ? withoutMetadata(labels) : labels,
    value,
    timestampMs: atMs,
    losesName: losesName(labels, index),
  }));
  if (LABEL_CHANGES.has(name)) refuseSameLabels(results);
  else if (dropsName) refuseDuplicates(results, scope);
  return results;
}

type Named = Pick<Sample, "labels" | "losesName">;

/** What keeps names passes on that a name is to be taken away. */
function losesNameAsBefore(
  call: Call,
  args: readonly Evaluated[],
): (labels: Labels, index: number) => boolean {
  const before: readonly Named[] = args.flatMap((arg): readonly Named[] => {
    if (arg.kind === "vector") return arg.samples;
    return arg.kind === "matrix" ? arg.windows : [];
  });
  if (LABEL_CHANGES.has(call.name)) {
    const target = call.args[1];
    if (target?.kind === "string" && target.value === "__name__") {
      // A name that was given on purpose stays.
      return (labels, index) => before[index]?.labels === labels && (before[index]?.losesName ?? false);
    }
    return (_, index) => before[index]?.losesName ?? false;
  }
  const losing = new Set(before.filter((sample) => sample.losesName).map(({ labels }) => labels.key));
  return losing.size === 0 ? () => false : (labels) => losing.has(labels.key);
}
