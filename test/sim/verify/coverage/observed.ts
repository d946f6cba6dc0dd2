// Rules of somebody, and what scenarios made by hand show of them, through JSON as between processes.

import { defineScenario, type ScenarioInput } from "../../../../sim/scenarios/scenario.ts";
import { coverageOf } from "../../../../sim/verify/coverage/coverage-report.ts";
import type { RuleObservation, ScenarioObservation } from "../../../../sim/verify/coverage/observation.ts";
import { observe } from "../../../../sim/verify/coverage/observe.ts";
import type { Recording } from "../../../../sim/verify/recording.ts";
import { evaluateRules } from "../../../../sim/verify/rule-history.ts";
import { rules } from "../promtool/scene.ts";

/** @param text of a rule file */
export function observed(
  text: string,
  recording: Recording,
  scenario: Partial<ScenarioInput> = {},
): ScenarioObservation {
  const groups = rules(text);
  const defined = defineScenario({
    name: "made-up",
    summary: "made by hand",
    faults: [],
    hold: "5m",
    expect: [],
    ...scenario,
  });
  const observation = observe(defined, recording, evaluateRules(recording, groups), groups);
  return JSON.parse(JSON.stringify(observation));
}

/** Of the first rule. */
export function observedRule(
  text: string,
  recording: Recording,
  scenario: Partial<ScenarioInput> = {},
): RuleObservation {
  const [first] = observed(text, recording, scenario).rules;
  if (first === undefined) throw new Error("there is no rule");
  return first;
}

/** The coverage by several recordings, named `first`, `second` and so on. */
export function covered(text: string, recordings: readonly Recording[], only: readonly string[] = []) {
  const observations = recordings.map((recording, index) =>
    observed(text, recording, { name: NAMES[index] ?? `number-${index}` }),
  );
  return coverageOf(
    observations,
    rules(text).flatMap((group) => group.rules),
    only,
  );
}

const NAMES = ["first", "second", "third"];
