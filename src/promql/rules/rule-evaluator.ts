// What a group holds of each of its rules.

import type { VectorSample } from "../value.ts";
import type { ActiveAlert, AlertTransition } from "./rule.ts";

/** What one evaluation of a rule gives. */
export interface RuleResult {
  /** To be stored at the time of the evaluation, less the group's query offset. */
  readonly samples: readonly VectorSample[];
  readonly transitions: readonly AlertTransition[];
  /** Why it could not be evaluated, in the words of Prometheus; nothing is stored then. */
  readonly error: string | null;
}

export interface RuleEvaluator {
  evaluate(atMs: number): RuleResult;
  active(): readonly ActiveAlert[];
}
