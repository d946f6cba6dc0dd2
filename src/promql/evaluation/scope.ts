// What one evaluation has at hand: the series, its bounds, and what it notes on the way.

import { DashstreamError } from "../../errors.ts";
import type { AtModifier, Span, VectorSelector } from "../ast.ts";
import type { Series, SeriesSource } from "../series-store.ts";
import type { Annotations } from "../value.ts";

/** As Prometheus' `--query.max-samples`. */
const MAX_SAMPLES = 50_000_000;

export interface ScopeOptions {
  readonly source: SeriesSource;
  readonly lookbackDeltaMs: number;
  readonly delayedNameRemoval: boolean;
  /** Where `@ start()` and `@ end()` are. */
  readonly startMs: number;
  readonly endMs: number;
  /** Whether it has several steps: some errors and the order of results depend on it. */
  readonly isRange: boolean;
}

export class Scope {
  readonly options: ScopeOptions;
  readonly #selected = new Map<VectorSelector, readonly Series[]>();
  readonly #warnings = new Map<string, number>();
  readonly #infos = new Map<string, number>();
  #sampleCount = 0;

  constructor(options: ScopeOptions) {
    this.options = options;
  }

  /** The series of a selector, looked up once in an evaluation. */
  select(selector: VectorSelector): readonly Series[] {
    const known = this.#selected.get(selector);
    if (known !== undefined) return known;
    const series = this.options.source.select(selector.matchers);
    this.#selected.set(selector, series);
    return series;
  }

  /** The time that a selector or subquery reads at, after `@` and `offset`. */
  referenceMs(
    { at, offsetMs }: { readonly at: AtModifier | null; readonly offsetMs: number },
    atMs: number,
  ): number {
    if (at === null) return atMs - offsetMs;
    if (at === "start") return this.options.startMs - offsetMs;
    if (at === "end") return this.options.endMs - offsetMs;
    return at.timestampMs - offsetMs;
  }

  /** @throws DashstreamError `promql_invalid` when too many have been read */
  countSamples(count: number): void {
    this.#sampleCount += count;
    if (this.#sampleCount <= MAX_SAMPLES) return;
    throw evaluationError("query processing would load too many samples into memory in query execution");
  }

  readonly warn = (text: string, { from }: Span): void => {
    this.#warnings.set(text, from);
  };

  readonly info = (text: string, { from }: Span): void => {
    this.#infos.set(text, from);
  };

  annotations(): Annotations {
    const positions = new Map([...this.#warnings, ...this.#infos]);
    return { warnings: [...this.#warnings.keys()], infos: [...this.#infos.keys()], positions };
  }
}

export function evaluationError(reason: string): DashstreamError {
  return new DashstreamError("promql_invalid", reason);
}
