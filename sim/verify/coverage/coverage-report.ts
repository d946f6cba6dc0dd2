// All scenarios together: what raises each alert of the users' rules, why nothing raises others, and what notices each
// fault.

import { selectorsOf } from "../../../src/promql/expr-series.ts";
import type { AlertRule, Rule } from "../../../src/promql/rules/rule.ts";
import type {
  AlertCoverage,
  CoverageProblem,
  CoverageReport,
  FaultCoverage,
  Raise,
  Silence,
} from "../report/coverage/coverage.ts";
import { NO_TARGET_LABELS, type TargetLabels } from "../site/target-labels.ts";
import { Evidence } from "./evidence.ts";
import { knownNames } from "./exported-names.ts";
import { LabelValues } from "./label-values.ts";
import type { ScenarioObservation } from "./observation.ts";
import { withRecorders } from "./rule-reading.ts";
import { type BlameContext, silenceOf, unknownIn } from "./silence.ts";
import { unknownValuesIn } from "./unknown-values.ts";

type Coverage = Pick<
  CoverageReport,
  "alerts" | "faults" | "problems" | "unknown" | "unknown_values" | "scenario_findings"
>;

/**
 * @param rules all of them, in the order of the observations
 * @param only names of alerts; empty = all alerts and all rules that record
 */
export function coverageOf(
  observations: readonly ScenarioObservation[],
  rules: readonly Rule[],
  only: readonly string[] = [],
  targetLabels: TargetLabels = NO_TARGET_LABELS,
): Coverage {
  const evidence = new Evidence(observations, rules);
  const known = knownNames(new Set(observations.flatMap(({ exported }) => exported)), rules);
  const chosen =
    only.length === 0
      ? rules
      : withRecorders(
          alertsOf(rules).filter(({ alert }) => only.includes(alert)),
          rules,
        );
  const labelValues = new LabelValues(rules, targetLabels);
  const always = new Set(observations.flatMap((observation) => observation.always));
  const alerts = alertsOf(chosen).map((rule) => alertCoverage(rule, always, { evidence, rules, known }));
  return {
    alerts,
    faults: observations.flatMap((observation) => faultCoverage(observation, alerts)),
    problems: chosen.flatMap((rule) => problemsOf(rule, evidence)),
    unknown: chosen.flatMap((rule) => unknownIn(rule, known)),
    unknown_values: chosen.flatMap((rule) => unknownValuesIn(rule, labelValues)),
    scenario_findings: observations.flatMap(({ scenario, findings }) =>
      findings.map((finding) => ({ scenario, finding })),
    ),
  };
}

export function alertsOf(rules: readonly Rule[]): readonly AlertRule[] {
  return rules.filter((rule) => rule.kind === "alert");
}

function alertCoverage(rule: AlertRule, always: ReadonlySet<string>, context: BlameContext): AlertCoverage {
  const { alert, position, labels } = rule;
  const observed = context.evidence.of(rule);
  const raised_by = observed
    .flatMap(({ scenario, observation: { raised } }): Raise[] =>
      raised === null ? [] : [{ alert, position, scenario, ...raised }],
    )
    .toSorted(fastestFirst);
  const firing = observed.filter(({ observation }) => observation.firedWithoutFault);
  const isMeantTo = always.has(alert) || isDeadMansSwitch(rule);
  const isSilent = raised_by.length === 0 && (firing.length === 0 || isMeantTo);
  return {
    alert,
    position,
    severity: labels.severity ?? null,
    raised_by,
    silence: isSilent ? whySilent(rule, firing.length > 0, context) : null,
    without_fault: isMeantTo ? [] : firing.map(({ scenario }) => scenario),
  };
}

/** Of severity `none`, or without anything that it reads: such alerts say that alerting works. */
function isDeadMansSwitch({ labels, expr }: AlertRule): boolean {
  return labels.severity === "none" || selectorsOf(expr).length === 0;
}

/** @param fires it fires all the time */
export function whySilent(rule: AlertRule, fires: boolean, context: BlameContext): Silence {
  if (fires) return { kind: "always" };
  let longest: { readonly longest_s: number; readonly scenario: string } | null = null;
  for (const { scenario, observation } of context.evidence.of(rule)) {
    const { longestPending_s: longest_s } = observation;
    if (longest_s !== null && longest_s > (longest?.longest_s ?? -1)) longest = { longest_s, scenario };
  }
  return longest === null
    ? silenceOf(rule, context)
    : { kind: "too-short", for_s: rule.forMs / MS_PER_S, ...longest };
}

const MS_PER_S = 1000;

function faultCoverage(
  { scenario, faults }: ScenarioObservation,
  alerts: readonly AlertCoverage[],
): readonly FaultCoverage[] {
  if (faults.length === 0) return [];
  const raises = alerts.flatMap(({ raised_by }) => raised_by);
  const noticed_by = raises.filter((raise) => raise.scenario === scenario).toSorted(fastestFirst);
  return [{ scenario, faults, noticed_by }];
}

function fastestFirst(a: Raise, b: Raise): number {
  return a.detection_s - b.detection_s;
}

/** Each kind of failure once, in the words of the first scenario that had it. */
function problemsOf(rule: Rule, evidence: Evidence): readonly CoverageProblem[] {
  const [failures = []] = evidence
    .of(rule)
    .map(({ observation }) => observation.failures)
    .filter(({ length }) => length > 0);
  const name = rule.kind === "alert" ? rule.alert : rule.record;
  return failures.map(({ position, reason }) => ({ rule: name, position, reason }));
}
