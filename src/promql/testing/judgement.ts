// Whether an evaluation does what is expected of it: its value, its remarks, or its failure. An instant evaluation is also
// repeated as a step of a range, and at other times with all its selectors fixed at the time of the script; neither may
// change the result.

import { DashstreamError } from "../../errors.ts";
import type { Expr } from "../ast.ts";
import type { Engine, Result } from "../engine.ts";
import type { Value } from "../value.ts";
import { type Difference, expectedText, valueDifference, valueText } from "./comparison.ts";
import { remarkDifference } from "./remarks.ts";
import type { Evaluation, Expectation, TimeRange } from "./script.ts";
import { callsOf, fixedAt } from "./selectors.ts";

const MINUTE_MS = 60_000;

/** Functions whose result depends on the time of the evaluation, whatever they read. */
const TIME_DEPENDENT: ReadonlySet<string> = new Set([
  "day_of_month",
  "day_of_week",
  "day_of_year",
  "days_in_month",
  "hour",
  "minute",
  "month",
  "predict_linear",
  "time",
  "timestamp",
  "year",
]);

/** `null` if everything is as expected. */
export function judge(engine: Engine, expr: Expr, evaluation: Evaluation): Difference | null {
  const { time } = evaluation;
  if (time.kind === "range") {
    const { startMs, endMs, stepMs } = time;
    return outcome(evaluation, time, () => {
      const { value: series, ...remarks } = engine.range(expr, startMs, endMs, stepMs);
      return { ...remarks, value: { kind: "matrix", series } };
    });
  }
  const first = judgeInstant(engine, expr, time.atMs, evaluation);
  if (first !== null) return first;
  for (const variant of fixedVariants(expr, time.atMs)) {
    const difference = judgeInstant(engine, variant.expr, variant.atMs, evaluation);
    if (difference !== null) {
      const how = `with all selectors @ ${time.atMs / 1000}, at ${variant.atMs / 1000}: `;
      return { ...difference, got: how + difference.got };
    }
  }
  return null;
}

function judgeInstant(engine: Engine, expr: Expr, atMs: number, evaluation: Evaluation): Difference | null {
  const { expectation } = evaluation;
  const points = expectation.points ?? { startMs: atMs, endMs: atMs, stepMs: MINUTE_MS };
  const difference = outcome(evaluation, points, () => engine.instant(expr, atMs));
  if (difference !== null || expectation.failure !== null || expectation.isOrdered) return difference;
  if (expr.returns === "matrix" || expr.returns === "string") return null;
  if (BOUNDS.test(evaluation.expr)) return null;
  const valueOnly = { ...evaluation, expectation: { ...expectation, ...WITHOUT_REMARKS } };
  const inRange = outcome(valueOnly, points, () => middleStep(engine, expr, atMs));
  return inRange === null ? null : { ...inRange, got: `as a step of a range: ${inRange.got}` };
}

/** They are others in a range. */
const BOUNDS = /(start|end|range|step)\(\)/;

const WITHOUT_REMARKS = { warnings: [], infos: [], noWarnings: false, noInfos: false } as const;

/** The same evaluation as the second of three steps. */
function middleStep(engine: Engine, expr: Expr, atMs: number): Result<Value> {
  const { value: series, ...remarks } = engine.range(expr, atMs - MINUTE_MS, atMs + MINUTE_MS, MINUTE_MS);
  const samples = series.flatMap(({ labels, points }) =>
    points.filter(({ timestampMs }) => timestampMs === atMs).map(({ value }) => ({ labels, value })),
  );
  const [first] = samples;
  if (expr.returns !== "scalar" || !first) return { ...remarks, value: { kind: "vector", samples } };
  return { ...remarks, value: { kind: "scalar", value: first.value } };
}

function outcome(
  { expectation }: Evaluation,
  points: TimeRange,
  evaluate: () => Result<Value>,
): Difference | null {
  const { failure, value, isOrdered } = expectation;
  let result: Result<Value>;
  try {
    result = evaluate();
  } catch (error) {
    if (!(error instanceof DashstreamError) || error.code !== "promql_invalid") throw error;
    return failureDifference(error.message, expectation);
  }
  if (failure !== null) return { expected: `error: ${failure.text}`, got: valueText(result.value) };
  const difference = valueDifference(result.value, { value, isOrdered, points });
  return difference ?? remarkDifference(result, expectation);
}

/** What an error means where this was expected. */
export function failureDifference(
  message: string,
  { failure, value, isOrdered }: Expectation,
): Difference | null {
  if (failure?.matches(message)) return null;
  const expected = failure === null ? expectedText(value, isOrdered) : `error: ${failure.text}`;
  return { expected, got: `error: ${message}` };
}

function* fixedVariants(expr: Expr, atMs: number): Generator<{ readonly expr: Expr; readonly atMs: number }> {
  for (const name of callsOf(expr)) if (TIME_DEPENDENT.has(name)) return;
  const fixed = fixedAt(expr, atMs);
  const times = atMs === 0 ? [-1000, 0, 1000] : [-10 * atMs, 0, Math.trunc(atMs / 5), atMs, 10 * atMs];
  for (const time of times) yield { expr: fixed, atMs: time };
}
