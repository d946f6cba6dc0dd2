// What a verification runs: our scenarios or somebody's own, our rules or somebody's own, all of it or what proves certain
// alerts. Everything is read and checked before anything runs.

import { ALERTS } from "../../src/alerts/registry.ts";
import { ruleFile } from "../../src/alerts/rule-file.ts";
import { configProblems } from "../../src/config/load.ts";
import { nearestOrListed } from "../../src/config/nearest.ts";
import { problemText } from "../../src/config/problem.ts";
import { DashstreamError, describeError } from "../../src/errors.ts";
import { faultParamProblems } from "../faults/fault-params.ts";
import { findFault } from "../faults/faults.ts";
import { type Objection, readScenarioFiles, type ScenarioFile } from "../scenarios/read-scenario.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { SCENARIOS } from "../scenarios/scenarios.ts";
import { type RuleText, readRules } from "./job.ts";
import { type KnownLabels, labelsOfRegistry, labelsOfRules } from "./known-alerts.ts";
import { COMPONENT_KINDS } from "./site/components.ts";

export interface Selection {
  readonly scenarios: readonly Scenario[];
  readonly rules: readonly RuleText[];
  readonly known: KnownLabels;
  /** Every alert of the rules must be proven. */
  readonly complete: boolean;
}

export interface SelectionOptions {
  /** Alerts and scenarios; only scenarios that are or expect one of them are run. */
  readonly only: readonly string[];
  /** In place of our scenarios, if there are any. */
  readonly scenarioFiles: readonly ScenarioFile[];
  /** In place of our rules, if there are any. */
  readonly ruleFiles: readonly RuleText[];
}

/** What stands for a file where rules are ours: the command that writes them. */
export const OUR_RULES = "dashstream rules";

/** At most this share of a name may be wrong for it to be meant. */
const WRONG_SHARE = 0.4;

/**
 * Reads and checks everything.
 * @throws DashstreamError `rules_invalid`, `scenario_invalid` or `usage` (a name that no scenario has or expects)
 */
export function select({ only, scenarioFiles, ruleFiles }: SelectionOptions): Selection {
  const ours = ruleFiles.length === 0;
  const rules = ours ? [{ file: OUR_RULES, text: ruleFile() }] : ruleFiles;
  const known = ours ? labelsOfRegistry(ALERTS) : labelsOfRules(readRules(rules));
  const all =
    scenarioFiles.length === 0
      ? SCENARIOS
      : readScenarioFiles(scenarioFiles, { alerts: new Set(Object.keys(known)), checkFault, checkEnv });
  const scenarios = only.length === 0 ? all : only.flatMap((wanted) => chosen(wanted, all));
  return {
    scenarios: [...new Set(scenarios)],
    rules,
    known,
    complete: ours && only.length === 0 && scenarioFiles.length === 0,
  };
}

/** @param wanted the name of an alert or of a scenario; those are never alike */
function chosen(wanted: string, scenarios: readonly Scenario[]): readonly Scenario[] {
  const found = scenarios.filter(
    ({ name, expect }) => name === wanted || expect.some(({ alert }) => alert === wanted),
  );
  if (found.length > 0) return found;
  const names = scenarios.flatMap(({ name, expect }) => [name, ...expect.map((each) => each.alert)]);
  const hint = nearestOrListed(wanted, [...new Set(names)], WRONG_SHARE);
  throw new DashstreamError("usage", `--only: no scenario has or proves ${JSON.stringify(wanted)}${hint}`);
}

function checkFault(name: string, params: unknown): readonly Objection[] {
  const unknown = reasonOf(() => findFault(name));
  if (unknown !== null) return [{ key: null, reason: unknown }];
  return faultParamProblems(findFault(name), params as Readonly<Record<string, unknown>>);
}

/** A variable that no component reads is a mistake too. */
function checkEnv(env: Readonly<Record<string, string>>): readonly Objection[] {
  const problems = COMPONENT_KINDS.flatMap(({ command }) =>
    configProblems({ env, flags: {}, command, strict: true, readFile: () => "" }),
  );
  const byText = new Map(problems.map((problem) => [problemText(problem), problem]));
  return [...byText.values()].map(({ field: key, message: reason }) => ({ key, reason }));
}

function reasonOf(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof DashstreamError) return describeError(error);
    throw error;
  }
}
