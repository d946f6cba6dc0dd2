// The way into PromQL: parse an expression once, evaluate it at an instant or over a range.

import type { Expr } from "./ast.ts";
import type { SeriesSource } from "./series-store.ts";
import type { Annotations, RangeSeries, Value } from "./value.ts";

export interface EngineOptions {
  readonly source: SeriesSource;
  /** How far back an instant selector looks for a sample; default 5 minutes, as Prometheus does. */
  readonly lookbackDeltaMs?: number;
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
