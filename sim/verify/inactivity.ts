// Why an alert that a scenario expects stayed inactive: in the words in which coverage tells of users' alerts that
// nothing raises. It is looked for only where it is wanted, because each part of an expression is evaluated for it.

import type { AlertRule } from "../../src/promql/rules/rule.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { alertsOf, whySilent } from "./coverage/coverage-report.ts";
import { Evidence } from "./coverage/evidence.ts";
import { knownNames } from "./coverage/exported-names.ts";
import { observe } from "./coverage/observe.ts";
import { withRecorders } from "./coverage/rule-reading.ts";
import type { ScenarioRun } from "./job.ts";
import { silenceText } from "./report/coverage/findings.ts";

type Expectation = Scenario["expect"][number];

/** So many rules of one alert are told of. */
const MAX_TOLD = 3;

/** One sentence, without a full stop; `null` if there is no rule for it. */
export function whyInactive(
  expectation: Expectation,
  scenario: Scenario,
  { groups, recording, history }: Pick<ScenarioRun, "groups" | "recording" | "history">,
): string | null {
  const rules = groups.flatMap((group) => group.rules);
  const own = alertsOf(rules).filter((rule) => mayBeMeant(expectation, rule));
  const looked = new Set(withRecorders(own, rules));
  const observation = observe(scenario, recording, history, groups, looked);
  const context = {
    evidence: new Evidence([observation], rules),
    rules,
    known: knownNames(observation.exported, rules),
  };
  const texts = new Set(own.map((rule) => silenceText(whySilent(rule, false, context), "this scenario")));
  return texts.size === 0 ? null : [...texts].slice(0, MAX_TOLD).join("; or: ");
}

/** Whether the labels that the rule itself sets are those that are expected. */
function mayBeMeant({ alert, labels }: Expectation, rule: AlertRule): boolean {
  if (rule.alert !== alert) return false;
  return Object.entries(labels).every(([name, value]) => {
    const own = rule.labels[name];
    return own === undefined || own === value || own.includes("{{");
  });
}
