// What one scenario shows of users' rules, as JSON: enough to say afterwards, over all scenarios, what raises an alert and
// why nothing does. Rules and parts of expressions are numbers, by their order in the files and in the expression.

import type { RuleProblem } from "../../../src/promql/rules/rule.ts";

/** An alert that began to fire after something broke. Seconds as in reports. */
export interface ObservedRaise {
  readonly firing_at_s: number;
  readonly detection_s: number;
  readonly resolved_at_s: number | null;
}

/** A part of an expression; parts below one that gave a value are not looked at. */
export interface PartObservation {
  /** Its number in a walk through the expression, from outside in and from left to right; 0 is all of it. */
  readonly part: number;
  /** It gave a value at some time; of a selector, that some series fits. */
  readonly gave: boolean;
  /** Of a comparison with a number that never held: the value that came nearest. */
  readonly nearest: number | null;
  /** Of a selector that nothing fits: labels that nothing fits, with values that are there. */
  readonly mismatches: readonly ObservedMismatch[];
}

export interface ObservedMismatch {
  readonly label: string;
  readonly values: readonly string[];
  /** `job=shop`, if targets may have such a label; `null` if it is one of the metric. */
  readonly target_label: string | null;
}

export interface RuleObservation {
  readonly raised: ObservedRaise | null;
  /** It fired, and had been active before anything was broken. */
  readonly firedWithoutFault: boolean;
  /** Longest time for which it was active without firing; `null` if it never was. */
  readonly longestPending_s: number | null;
  readonly parts: readonly PartObservation[];
  /** Why it could not be evaluated, or its texts not rendered. */
  readonly failures: readonly RuleProblem[];
}

export interface ScenarioObservation {
  readonly scenario: string;
  /** Names of its faults, each once; none if they are part of a healthy life. */
  readonly faults: readonly string[];
  /** Alerts that it says fire all the time. */
  readonly always: readonly string[];
  /** By the order of the rules. */
  readonly rules: readonly RuleObservation[];
  /** Names of metrics that were scraped. */
  readonly exported: readonly string[];
  readonly findings: readonly string[];
}
