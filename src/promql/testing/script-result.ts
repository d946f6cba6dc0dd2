// What became of the evaluations of a script.

export interface ScriptFailure {
  readonly file: string;
  /** Of the `eval`, from 1. */
  readonly line: number;
  readonly expr: string;
  readonly expected: string;
  readonly got: string;
}

/** An evaluation that was not judged: it needs what the evaluator has not. */
export interface ScriptSkip {
  readonly file: string;
  readonly line: number;
  readonly expr: string;
  readonly reason: string;
}

export interface ScriptResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly ScriptFailure[];
  readonly skips: readonly ScriptSkip[];
}

/** All results as one. */
export function summedResults(results: readonly ScriptResult[]): ScriptResult {
  const sum = (count: (result: ScriptResult) => number) => results.reduce((total, r) => total + count(r), 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
    failures: results.flatMap(({ failures }) => failures),
    skips: results.flatMap(({ skips }) => skips),
  };
}
