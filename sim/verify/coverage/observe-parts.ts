// How far an expression got that gave no value: which of its parts gave one at some time, which value came nearest to each
// number that it is compared with, and which labels of its selectors no series has.

import { DashstreamError } from "../../../src/errors.ts";
import type { ComparisonOp, Expr, VectorSelector } from "../../../src/promql/ast.ts";
import type { Engine } from "../../../src/promql/engine.ts";
import { splitComparison } from "../../../src/promql/expr-threshold.ts";
import { allOf, partsOf } from "../../../src/promql/expr-tree.ts";
import { METRIC_NAME } from "../../../src/promql/labels.ts";
import { createMatcher } from "../../../src/promql/matcher.ts";
import type { SeriesSource } from "../../../src/promql/series-store.ts";
import type { RangeSeries } from "../../../src/promql/value.ts";
import type { ObservedMismatch, PartObservation } from "./observation.ts";

/** The times at which a rule is evaluated. */
export interface EvaluationTimes {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

export interface Evaluation {
  readonly engine: Engine;
  readonly source: SeriesSource;
}

/** Of labels with many values, so many are shown. */
const MAX_VALUES = 5;

/** Looks below a part only if it gave nothing. */
export function observeParts(
  expr: Expr,
  { engine, source }: Evaluation,
  times: EvaluationTimes,
): readonly PartObservation[] {
  const numbers = new Map([...allOf(expr)].map((part, index) => [part, index]));
  const observed: PartObservation[] = [];
  const look = (part: Expr): void => {
    if (part.returns === "string") return;
    const number = numbers.get(part) ?? 0;
    if (part.kind === "vector-selector") {
      const gave = hasSeries(source, part);
      const mismatches = gave ? [] : mismatchesOf(source, part);
      observed.push({ part: number, gave, nearest: null, mismatches });
      return;
    }
    const gave = part.returns !== "matrix" && valuesOf(engine, part, times).length > 0;
    const nearest = gave || part.kind !== "binary" ? null : nearestOf(engine, part, times);
    if (part.kind !== "matrix-selector" && part.kind !== "subquery") {
      observed.push({ part: number, gave, nearest, mismatches: [] });
    }
    if (!gave) for (const below of partsOf(part)) look(below);
  };
  look(expr);
  return observed;
}

/** Nothing if it cannot be evaluated, which is told of the rule as a whole. */
function valuesOf(
  engine: Engine,
  expr: Expr,
  { startMs, endMs, stepMs }: EvaluationTimes,
): readonly RangeSeries[] {
  try {
    return engine.range(expr, startMs, endMs, stepMs).value;
  } catch (error) {
    if (error instanceof DashstreamError && error.code.startsWith("promql_")) return [];
    throw error;
  }
}

function nearestOf(engine: Engine, expr: Expr, times: EvaluationTimes): number | null {
  const condition = splitComparison(expr);
  if (condition === null) return null;
  const values = valuesOf(engine, condition.value, times)
    .flatMap(({ points }) => points.map(({ value }) => value))
    .filter(Number.isFinite);
  return values.reduce<number | null>(
    (best, value) => (best === null || isNearer(condition, value, best) ? value : best),
    null,
  );
}

/** Whether a value comes nearer to a number than another one. */
export function isNearer(
  { op, threshold }: { readonly op: ComparisonOp; readonly threshold: number },
  value: number,
  best: number,
): boolean {
  switch (op) {
    case ">":
    case ">=":
      return value > best;
    case "<":
    case "<=":
      return value < best;
    case "==":
    case "!=":
      return Math.abs(value - threshold) < Math.abs(best - threshold);
  }
}

function hasSeries(source: SeriesSource, { matchers }: VectorSelector): boolean {
  return source.select(matchers).some(({ values }) => values.some((value) => value !== null));
}

/** Matchers that no series of the metric fits, even alone. */
function mismatchesOf(source: SeriesSource, { matchers }: VectorSelector): readonly ObservedMismatch[] {
  const isName = ({ name }: { readonly name: string }) => name === METRIC_NAME;
  const named = source.select(matchers.filter(isName));
  if (named.length === 0) return [];
  return matchers.flatMap((matcher) => {
    const values = new Set(named.map(({ labels }) => labels.get(matcher.name)));
    if ([...values].some(matcher.matches)) return [];
    const shown = [...values].filter((value) => value !== "").sort();
    const isOfTargets = shown.length === 0 || labelsOfTargets(source).has(matcher.name);
    return [
      {
        label: matcher.name,
        values: shown.slice(0, MAX_VALUES),
        target_label: isOfTargets ? `${matcher.name}=${matcher.op === "=" ? matcher.value : "..."}` : null,
      },
    ];
  });
}

/** What each target has, whatever it exports: `job`, `instance`, and what users add. */
function labelsOfTargets(source: SeriesSource): ReadonlySet<string> {
  const targets = source.select([createMatcher(METRIC_NAME, "=", "up")]);
  return new Set(targets.flatMap(({ labels }) => labels.entries.map(([name]) => name)));
}
