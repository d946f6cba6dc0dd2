// The way into PromQL: parse an expression once, evaluate it at an instant or over a range.

import type { Expr } from "./ast.ts";
import { refuseSameLabels } from "./evaluation/duplicates.ts";
import { evaluate } from "./evaluation/evaluate.ts";
import { withDurations } from "./evaluation/open-durations.ts";
import { byLabels, type Evaluated, type Sample, withoutMetadata } from "./evaluation/sample.ts";
import { evaluationError, Scope } from "./evaluation/scope.ts";
import { extendedWindow } from "./functions/extended-range.ts";
import { Labels } from "./labels.ts";
import { textOf } from "./parse.ts";
import type { SeriesSource } from "./series-store.ts";
import type { Annotations, RangePoint, RangeSeries, Value, VectorSample } from "./value.ts";

export interface EngineOptions {
  readonly source: SeriesSource;
  /** How far back an instant selector looks for a sample; default 5 minutes, as Prometheus does. */
  readonly lookbackDeltaMs?: number;
  /** Step of subqueries that name none: Prometheus' `evaluation_interval`; default 1 minute, as there. */
  readonly subqueryStepMs?: number;
  /**
   * Takes the names of metrics away at the end of an evaluation instead of at each function, as Prometheus does with
   * `--enable-feature=promql-delayed-name-removal`. Default: false.
   */
  readonly delayedNameRemoval?: boolean;
  /**
   * Until when the series are known: samples after that time, in milliseconds, are not seen, as if they were yet to come.
   * Asked at each evaluation. Default: all of them are seen.
   */
  readonly knownUntilMs?: () => number;
}

export interface Result<V> extends Annotations {
  readonly value: V;
}

/** Evaluates against one source. Holds no state between evaluations. */
export interface Engine {
  /**
   * @param atMs milliseconds since the Unix epoch
   * @throws DashstreamError `promql_invalid` if the expression cannot be evaluated (many-to-many matching, native
   * histograms, ...)
   */
  instant(expr: Expr, atMs: number): Result<Value>;
  /** At `startMs`, `startMs + stepMs`, ... up to and with `endMs`. @throws DashstreamError `promql_invalid` */
  range(expr: Expr, startMs: number, endMs: number, stepMs: number): Result<readonly RangeSeries[]>;
}

const DEFAULT_LOOKBACK_MS = 5 * 60_000;
const DEFAULT_SUBQUERY_STEP_MS = 60_000;

export function createEngine(options: EngineOptions): Engine {
  const {
    source,
    lookbackDeltaMs = DEFAULT_LOOKBACK_MS,
    subqueryStepMs = DEFAULT_SUBQUERY_STEP_MS,
    delayedNameRemoval = false,
    knownUntilMs = () => Number.POSITIVE_INFINITY,
  } = options;
  const scopeOf = (expr: Expr, startMs: number, endMs: number) =>
    new Scope({
      source,
      text: textOf(expr),
      lookbackDeltaMs,
      subqueryStepMs,
      delayedNameRemoval,
      knownUntilMs: knownUntilMs(),
      startMs,
      endMs,
      isRange: endMs !== startMs,
    });
  return {
    instant(written, atMs) {
      const expr = withDurations(written, { stepMs: 0, rangeMs: 0 });
      const scope = scopeOf(expr, atMs, atMs);
      const value = asValue(evaluate(expr, atMs, scope));
      return { value: cleaned(value, delayedNameRemoval), ...scope.annotations() };
    },
    range(written, startMs, endMs, stepMs) {
      const expr = withDurations(written, { stepMs, rangeMs: endMs - startMs });
      if (expr.returns !== "vector" && expr.returns !== "scalar") {
        const kind = expr.returns === "matrix" ? "range vector" : expr.returns;
        throw evaluationError(
          `invalid expression type "${kind}" for range query, must be Scalar or instant Vector`,
        );
      }
      const scope = scopeOf(expr, startMs, endMs);
      if (!(stepMs > 0)) {
        throw evaluationError(`a range needs a step of more than 0 ms, not ${stepMs} ms`);
      }
      const rows = new Rows(delayedNameRemoval);
      let sampleCount = 0;
      for (let atMs = startMs; atMs <= endMs; atMs += stepMs) {
        scope.beginInstant();
        const samples = samplesOf(evaluate(expr, atMs, scope));
        sampleCount += samples.length;
        scope.refuseSamples(sampleCount);
        rows.add(atMs, samples);
      }
      return { value: rows.series(), ...scope.annotations() };
    },
  };
}

type Row = Pick<Sample, "labels" | "value" | "losesName">;

function samplesOf(value: Evaluated): readonly Row[] {
  if (value.kind === "vector") return value.samples;
  if (value.kind === "scalar") return [{ labels: Labels.empty, value: value.value, losesName: false }];
  throw evaluationError(`a ${value.kind} is no result of a step`);
}

/** The series of a range, filled step by step. */
class Rows {
  readonly #delayedNameRemoval: boolean;
  readonly #series = new Map<string, { readonly labels: Labels; readonly points: RangePoint[] }>();

  constructor(delayedNameRemoval: boolean) {
    this.#delayedNameRemoval = delayedNameRemoval;
  }

  add(timestampMs: number, samples: readonly Row[]): void {
    const rows = this.#delayedNameRemoval ? samples.map(cleanedRow) : samples;
    if (this.#delayedNameRemoval) refuseSameLabels(rows);
    for (const { labels, value } of rows) {
      const series = this.#series.get(labels.key);
      if (series === undefined) this.#series.set(labels.key, { labels, points: [{ timestampMs, value }] });
      else series.points.push({ timestampMs, value });
    }
  }

  series(): readonly RangeSeries[] {
    return [...this.#series.values()].sort(byLabels);
  }
}

function cleanedRow<T extends { readonly labels: Labels; readonly losesName: boolean }>(row: T): T {
  return row.losesName ? { ...row, labels: withoutMetadata(row.labels) } : row;
}

type Draft =
  | Exclude<Value, { readonly kind: "vector" | "matrix" }>
  | { readonly kind: "vector"; readonly samples: readonly Sample[] }
  | { readonly kind: "matrix"; readonly series: readonly (RangeSeries & { readonly losesName: boolean })[] };

function asValue(value: Evaluated): Draft {
  if (value.kind !== "matrix") return value;
  const windows =
    value.modifier === undefined
      ? value.windows
      : value.windows.flatMap((window) => extendedWindow(window, value) ?? []);
  const series = windows.map(({ labels, timestampsMs, values, losesName }) => ({
    labels,
    losesName,
    points: timestampsMs.map((timestampMs, index) => ({ timestampMs, value: values[index] ?? Number.NaN })),
  }));
  return { kind: "matrix", series: series.sort(byLabels) };
}

/** Without what only the evaluator knows; names that were to be taken away are. */
function cleaned(value: Draft, delayedNameRemoval: boolean): Value {
  const clean = <T extends { readonly labels: Labels; readonly losesName: boolean }>(rows: readonly T[]) => {
    const cleanedRows = delayedNameRemoval ? rows.map(cleanedRow) : rows;
    if (delayedNameRemoval) refuseSameLabels(cleanedRows);
    return cleanedRows;
  };
  if (value.kind === "vector") {
    const samples: VectorSample[] = clean(value.samples).map(({ labels, value: number }) => ({
      labels,
      value: number,
    }));
    return { kind: "vector", samples };
  }
  if (value.kind === "matrix") {
    return { kind: "matrix", series: clean(value.series).map(({ labels, points }) => ({ labels, points })) };
  }
  return value;
}
