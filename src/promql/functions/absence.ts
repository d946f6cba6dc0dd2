// That something is not there: one sample with the labels that were asked for.

import type { Expr } from "../ast.ts";
import { Labels, METADATA_LABELS } from "../labels.ts";
import type { LabelMatcher } from "../series-store.ts";
import { matrixArgument, samplesArgument, writtenArgument } from "./call.ts";
import { promFunction, refuseModifier, vector } from "./definition.ts";
import type { PromFunction } from "./function.ts";

function matchersOf(expr: Expr): readonly LabelMatcher[] {
  switch (expr.kind) {
    case "vector-selector":
      return expr.matchers;
    case "matrix-selector":
      return expr.selector.matchers;
    default:
      return [];
  }
}

/** The labels that a selector asks for by equality and only once; none for any other expression. */
function askedFor(expr: Expr): Labels {
  const labels = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, op, value } of matchersOf(expr)) {
    if (METADATA_LABELS.has(name)) continue;
    if (op === "=" && !seen.has(name)) {
      labels.set(name, value);
      seen.add(name);
    } else labels.delete(name);
  }
  return Labels.of(labels);
}

export const ABSENCE: readonly PromFunction[] = [
  promFunction({
    name: "absent",
    args: ["vector"],
    evaluate(context) {
      if (samplesArgument(context, 0).length > 0) return vector([]);
      return vector([{ labels: askedFor(writtenArgument(context, 0)), value: 1 }]);
    },
  }),
  promFunction({
    name: "absent_over_time",
    args: ["matrix"],
    evaluate(context) {
      const matrix = matrixArgument(context, 0);
      refuseModifier("absent_over_time", matrix);
      if (matrix.windows.some(({ values }) => values.length > 0)) return vector([]);
      return vector([{ labels: askedFor(writtenArgument(context, 0)), value: 1 }]);
    },
  }),
];
