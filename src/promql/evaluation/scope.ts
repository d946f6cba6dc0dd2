// What one evaluation has at hand: the series, its bounds, and what it notes on the way.

import { DashstreamError } from "../../errors.ts";
import type { AtModifier, Expr, VectorSelector } from "../ast.ts";
import type { Series, SeriesSource } from "../series-store.ts";
import { lineAndColumn } from "../syntax/syntax-error.ts";
import type { Annotations } from "../value.ts";

/** As Prometheus' `--query.max-samples`. */
const MAX_SAMPLES = 50_000_000;

export interface ScopeOptions {
  readonly source: SeriesSource;
  /** The expression as written, to say where remarks belong; `null` if nobody knows. */
  readonly text: string | null;
  readonly lookbackDeltaMs: number;
  /** Of subqueries that name none. */
  readonly subqueryStepMs: number;
  readonly delayedNameRemoval: boolean;
  /** Samples after it are not seen. */
  readonly knownUntilMs: number;
  /** Where `@ start()` and `@ end()` are. */
  readonly startMs: number;
  readonly endMs: number;
  /** Whether it has several steps: some errors and the order of results depend on it. */
  readonly isRange: boolean;
}

export class Scope {
  readonly options: ScopeOptions;
  readonly #selected = new Map<VectorSelector, readonly Series[]>();
  /** By what they say: of several at different places the last counts, as upstream. */
  readonly #warnings = new Map<string, Expr>();
  readonly #infos = new Map<string, Expr>();
  #stepCount = 0;

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

  /** Subqueries of one instant may have so many steps in all. @throws DashstreamError `promql_invalid` */
  countSteps(count: number): void {
    this.#stepCount += count;
    if (this.#stepCount > MAX_SAMPLES) throw tooMuch();
  }

  /** To be called when another instant of a range begins. */
  beginInstant(): void {
    this.#stepCount = 0;
  }

  /** Samples that are in memory at a time. @throws DashstreamError `promql_invalid` */
  refuseSamples(count: number): void {
    if (count > MAX_SAMPLES) throw tooMuch();
  }

  readonly warn = (text: string, about: Expr): void => {
    this.#warnings.set(text, about);
  };

  readonly info = (text: string, about: Expr): void => {
    this.#infos.set(text, about);
  };

  annotations(): Annotations {
    return { warnings: this.#placed(this.#warnings), infos: this.#placed(this.#infos) };
  }

  #placed(remarks: ReadonlyMap<string, Expr>): readonly string[] {
    const { text } = this.options;
    if (text === null) return [...remarks.keys()];
    return Array.from(remarks, ([remark, { from }]) => `${remark} (${lineAndColumn(text, from)})`);
  }
}

function tooMuch(): DashstreamError {
  return evaluationError("query processing would load too many samples into memory in query execution");
}

export function evaluationError(reason: string): DashstreamError {
  return new DashstreamError("promql_invalid", reason);
}
