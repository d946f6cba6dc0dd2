// What rules make of a recording: evaluated at every interval, as a Prometheus server would have done while the scenario
// ran. The recording stays as it is; what rules record lies beside it.

import { createEngine, type Engine } from "../../src/promql/engine.ts";
import { type EvaluationProblem, GroupEvaluator } from "../../src/promql/rules/group-evaluator.ts";
import { type AlertTransition, placeText, type RuleGroup } from "../../src/promql/rules/rule.ts";
import { shownProblem } from "../../src/promql/rules/shown-problem.ts";
import { type LabelMatcher, type SeriesSource, SeriesStore } from "../../src/promql/series-store.ts";
import type { Recording } from "./recording.ts";

/** Prometheus' `evaluation_interval`: that of the compose stack. */
const DEFAULT_INTERVAL_MS = 15_000;

export interface RuleHistory {
  /** In order of time. */
  readonly transitions: readonly AlertTransition[];
  /** Rules that could not be evaluated, each once. */
  readonly problems: readonly string[];
  /** The same as data. */
  readonly failures: readonly EvaluationProblem[];
  /** The recording together with what the rules recorded. */
  readonly source: SeriesSource;
  /** Evaluates on `source`, with the settings that rules were evaluated with. */
  readonly engine: Engine;
}

/** What rules are evaluated on. */
export interface Evaluated extends Pick<Recording, "startMs" | "endMs"> {
  readonly store: SeriesSource;
}

/**
 * Evaluates from the first scrape to the last.
 * @param onEvaluated told each time of a group that was evaluated, by its place among `groups`
 */
export function evaluateRules(
  recording: Evaluated,
  groups: readonly RuleGroup[],
  onEvaluated: (index: number, evaluator: GroupEvaluator, atMs: number) => void = () => {},
): RuleHistory {
  const recorded = new SeriesStore();
  const source = both(recording.store, recorded);
  let nowMs = recording.startMs;
  // A negative offset finds nothing that is yet to come.
  const knownUntilMs = () => nowMs;
  const engine = createEngine({ source, subqueryStepMs: DEFAULT_INTERVAL_MS, knownUntilMs });
  const evaluators = groups.map(
    (group) => new GroupEvaluator({ group, store: recorded, engine, defaultIntervalMs: DEFAULT_INTERVAL_MS }),
  );
  const transitions: AlertTransition[] = [];
  const steps = evaluators.map(({ intervalMs }) => intervalMs);
  const stepMs = steps.reduce(greatestCommonDivisor, DEFAULT_INTERVAL_MS);
  for (let atMs = recording.startMs; atMs <= recording.endMs; atMs += stepMs) {
    nowMs = atMs;
    for (const [index, evaluator] of evaluators.entries()) {
      if ((atMs - recording.startMs) % evaluator.intervalMs !== 0) continue;
      transitions.push(...evaluator.evaluate(atMs));
      onEvaluated(index, evaluator, atMs);
    }
  }
  const failures = evaluators.flatMap((evaluator) => evaluator.problems());
  const problems = failures.map(problemText);
  return {
    transitions,
    problems,
    failures,
    source,
    engine: createEngine({ source, subqueryStepMs: DEFAULT_INTERVAL_MS }),
  };
}

/** How often a group is evaluated. */
export function intervalOf({ intervalMs }: RuleGroup): number {
  return intervalMs ?? DEFAULT_INTERVAL_MS;
}

function problemText(problem: EvaluationProblem): string {
  const { position, reason } = shownProblem(problem);
  return `${placeText(position)}: ${reason} (${problem.count} times)`;
}

/** Two stores as one. */
function both(first: SeriesSource, second: SeriesStore): SeriesSource {
  return {
    select(matchers: readonly LabelMatcher[]) {
      const found = first.select(matchers);
      const more = second.size === 0 ? [] : second.select(matchers);
      return more.length === 0 ? found : [...found, ...more];
    },
  };
}

/** Of two intervals: every time of either is a multiple of it. */
export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
