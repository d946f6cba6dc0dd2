// Series written down as in rule tests of Prometheus, and what an expression makes of them, as text.

import { DashstreamError } from "../../src/errors.ts";
import { createEngine, type EngineOptions, type Result } from "../../src/promql/engine.ts";
import { formatG } from "../../src/promql/go-number.ts";
import type { Labels } from "../../src/promql/labels.ts";
import { parseExpr } from "../../src/promql/parse.ts";
import { SeriesStore } from "../../src/promql/series-store.ts";
import type { RangeSeries, Value } from "../../src/promql/value.ts";
import { parseSeriesDescription } from "../support/described-series.ts";

export const MINUTE_MS = 60_000;

/** Samples a minute apart, the first at 0. */
export function storeOf(descriptions: readonly string[]): SeriesStore {
  const store = new SeriesStore();
  for (const description of descriptions) {
    const { labels, values } = parseSeriesDescription(description);
    for (const [index, value] of values.entries()) {
      if (value !== undefined) store.append(labels, index * MINUTE_MS, value);
    }
  }
  return store;
}

export interface Rig {
  instant(expr: string, atMs: number): Result<Value>;
  /** The value as text, or what went wrong. */
  at(expr: string, atMs: number): string;
  range(expr: string, startMs: number, endMs: number, stepMs: number): string;
}

export function rig(series: readonly string[], options: Omit<EngineOptions, "source"> = {}): Rig {
  const engine = createEngine({ source: storeOf(series), ...options });
  return {
    instant: (expr, atMs) => engine.instant(parseExpr(expr), atMs),
    at: (expr, atMs) => textOf(() => valueText(engine.instant(parseExpr(expr), atMs).value)),
    range: (expr, startMs, endMs, stepMs) =>
      textOf(() => seriesText(engine.range(parseExpr(expr), startMs, endMs, stepMs).value)),
  };
}

function textOf(evaluate: () => string): string {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof DashstreamError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

function valueText(value: Value): string {
  switch (value.kind) {
    case "scalar":
      return formatG(value.value);
    case "string":
      return JSON.stringify(value.value);
    case "vector":
      return lines(value.samples.map((sample) => `${labelsText(sample.labels)} ${formatG(sample.value)}`));
    case "matrix":
      return seriesText(value.series);
  }
}

function seriesText(series: readonly RangeSeries[]): string {
  return lines(
    series.map(({ labels, points }) => {
      const texts = points.map(({ timestampMs, value }) => `${formatG(value)}@${timestampMs / 1000}`);
      return `${labelsText(labels)} ${texts.join(" ")}`;
    }),
  );
}

function lines(texts: readonly string[]): string {
  return texts.length === 0 ? "nothing" : texts.join("; ");
}

function labelsText(labels: Labels): string {
  return labels.toString();
}
