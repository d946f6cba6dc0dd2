// Runs a test script in the format of Prometheus's own engine tests against this evaluator.

import { DashstreamError } from "../../errors.ts";
import type { Expr } from "../ast.ts";
import { createEngine } from "../engine.ts";
import { selectorsOf } from "../expr-series.ts";
import { parseExpr } from "../parse.ts";
import type { LabelMatcher } from "../series-store.ts";
import { SeriesStore } from "../series-store.ts";
import type { Difference } from "./comparison.ts";
import { failureDifference, judge } from "./judgement.ts";
import { parseScript } from "./parse-script.ts";
import type { Evaluation, Load, LoadedSeries, UnsupportedSeries } from "./script.ts";
import type { ScriptFailure, ScriptResult, ScriptSkip } from "./script-result.ts";

/**
 * Evaluations that need what the evaluator hasn't (native histograms, start timestamps, experimental functions) are
 * skipped, each with its reason.
 * @param file its name, for results and errors
 * @throws DashstreamError `promql_invalid` that names file and line if the script cannot be read
 */
export function runScript(text: string, file: string): ScriptResult {
  const run = new ScriptRun(file);
  for (const command of parseScript(text, file)) {
    switch (command.kind) {
      case "clear":
        run.clear();
        break;
      case "load":
        run.load(command);
        break;
      case "eval":
        run.evaluate(command);
    }
  }
  return run.result();
}

class ScriptRun {
  readonly #file: string;
  readonly #failures: ScriptFailure[] = [];
  readonly #skips: ScriptSkip[] = [];
  #passed = 0;
  #store = new SeriesStore();
  #unsupported: UnsupportedSeries[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  clear(): void {
    this.#store = new SeriesStore();
    this.#unsupported = [];
  }

  load({ series, intervalMs, unsupported }: Load): void {
    for (const one of series) this.#append(one, intervalMs);
    this.#unsupported.push(...unsupported);
  }

  #append({ labels, values, line }: LoadedSeries, intervalMs: number): void {
    const lastMs = this.#store.get(labels)?.timestampsMs.at(-1) ?? -1;
    for (const [index, value] of values.entries()) {
      const timestampMs = index * intervalMs;
      if (value === undefined) continue;
      if (timestampMs <= lastMs) {
        throw new DashstreamError(
          "promql_invalid",
          `${this.#file}:${line}: ${labels} has a sample at ${timestampMs} ms, but was loaded up to ${lastMs} ms before`,
        );
      }
      this.#store.append(labels, timestampMs, value);
    }
  }

  evaluate(evaluation: Evaluation): void {
    const { expectation, expr: text } = evaluation;
    if (expectation.unsupported !== null) return this.#skip(evaluation, expectation.unsupported);
    let expr: Expr;
    try {
      expr = parseExpr(text);
    } catch (error) {
      if (!(error instanceof DashstreamError)) throw error;
      if (error.code === "promql_unsupported") return this.#skip(evaluation, error.message);
      return this.#record(evaluation, failureDifference(error.message, expectation));
    }
    const reason = this.#unsupportedSelection(expr);
    if (reason !== null) return this.#skip(evaluation, reason);
    const engine = createEngine({ source: this.#store, delayedNameRemoval: true });
    this.#record(evaluation, judge(engine, expr, evaluation));
  }

  /** Why what the expression selects cannot be judged; `null` if it can. */
  #unsupportedSelection(expr: Expr): string | null {
    for (const { matchers } of selectorsOf(expr)) {
      const found = this.#unsupported.find(({ labels }) =>
        matchers.every(({ name, matches }: LabelMatcher) => matches(labels.get(name))),
      );
      if (found) return `${found.labels}: ${found.reason}`;
    }
    return null;
  }

  #record({ line, expr }: Evaluation, difference: Difference | null): void {
    if (difference === null) this.#passed++;
    else this.#failures.push({ file: this.#file, line, expr, ...difference });
  }

  #skip({ line, expr }: Evaluation, reason: string): void {
    this.#skips.push({ file: this.#file, line, expr, reason });
  }

  result(): ScriptResult {
    return {
      passed: this.#passed,
      failed: this.#failures.length,
      skipped: this.#skips.length,
      failures: this.#failures,
      skips: this.#skips,
    };
  }
}
