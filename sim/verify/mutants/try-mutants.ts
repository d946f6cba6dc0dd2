// Tries mutants on the recording of one scenario: which of them would its verdict have noticed?

import { metricOf, selectorsOf } from "../../../src/promql/expr-series.ts";
import { type AlertRule, alertRulesOf, type Rule, type RuleGroup } from "../../../src/promql/rules/rule.ts";
import type { Scenario } from "../../scenarios/scenario.ts";
import { judgeScenario } from "../judge.ts";
import type { KnownAlerts } from "../known-alerts.ts";
import type { Recording } from "../recording.ts";
import { MUTANT_KINDS, type Mutant, type MutantKind } from "../report/mutation/mutation.ts";
import { evaluateRules } from "../rule-history.ts";
import { ruleMutants } from "./rule-mutants.ts";
import { signalMutants, withBrokenSignal } from "./signal-mutants.ts";

/** What became of one mutant in one scenario. */
export interface MutantTrial {
  /** The same in every scenario. */
  readonly id: string;
  readonly target: Mutant["target"];
  readonly kind: MutantKind;
  readonly description: string;
  readonly scenario: string;
  /** Why the scenario would have failed; `null` if it would have passed. */
  readonly noticed: string | null;
}

interface Trial {
  readonly scenario: Scenario;
  readonly recording: Recording;
  readonly groups: readonly RuleGroup[];
  readonly known: KnownAlerts;
}

/** Mutants of the rules that the scenario proves, and of the metrics that these rules read. */
export function tryMutants(trial: Trial): readonly MutantTrial[] {
  const alerts = provenAlerts(trial);
  return [...tryRuleMutants(trial, alerts), ...trySignalMutants(trial, alerts)];
}

function tryRuleMutants(trial: Trial, alerts: readonly string[]): readonly MutantTrial[] {
  const { scenario } = trial;
  return alerts.flatMap((alert) =>
    rulesOf(alert, trial.groups).flatMap((rule, index) =>
      ruleMutants(rule).map(({ kind, description, rule: mutant }, number): MutantTrial => {
        const groups = onlyAlert(alert, trial.groups, (candidate) =>
          candidate === rule ? mutant : candidate,
        );
        return {
          id: `${alert}/${index}/${number}`,
          target: { alert },
          kind,
          description,
          scenario: scenario.name,
          noticed: whyNoticed(alert, { ...trial, groups }),
        };
      }),
    ),
  );
}

function trySignalMutants(trial: Trial, alerts: readonly string[]): readonly MutantTrial[] {
  const { scenario, groups, recording } = trial;
  const readers = new Map<string, string[]>();
  for (const alert of alerts) {
    const names = rulesOf(alert, groups).flatMap(({ expr }) => selectorsOf(expr).map(metricOf));
    for (const name of new Set(names)) {
      // A pattern stands for no metric that could be broken.
      if (name !== "") readers.set(name, [...(readers.get(name) ?? []), alert]);
    }
  }
  return signalMutants([...readers.keys()]).map((mutant): MutantTrial => {
    const store = withBrokenSignal(recording.store, mutant);
    const reasons = (readers.get(mutant.metric) ?? []).map((alert) =>
      whyNoticed(alert, {
        ...trial,
        recording: { ...recording, store },
        groups: onlyAlert(alert, groups, (rule) => rule),
      }),
    );
    return {
      id: `${mutant.metric}/${mutant.kind}`,
      target: { metric: mutant.metric },
      kind: mutant.kind,
      description: MUTANT_KINDS[mutant.kind],
      scenario: scenario.name,
      noticed: reasons.find((reason) => reason !== null) ?? null,
    };
  });
}

/** The verdict about one alert. */
function whyNoticed(alert: string, { scenario, recording, groups, known }: Trial): string | null {
  const expect = scenario.expect.filter((expectation) => expectation.alert === alert);
  const only = { ...scenario, expect };
  const { ok, alerts, findings } = judgeScenario(only, recording, evaluateRules(recording, groups), {
    known,
    groups,
  });
  if (ok) return null;
  return [...findings, ...alerts.flatMap(({ reasons }) => reasons)][0] ?? "it is not proven";
}

/** The alert's own rules, and all rules that record series. */
function onlyAlert(
  alert: string,
  groups: readonly RuleGroup[],
  replace: (rule: AlertRule) => AlertRule,
): readonly RuleGroup[] {
  return groups.map((group) => ({
    ...group,
    rules: group.rules.flatMap((rule): readonly Rule[] => {
      if (rule.kind === "recording") return [rule];
      return rule.alert === alert ? [replace(rule)] : [];
    }),
  }));
}

/** Without those that the scenario does not prove as it is: they would fail with every mutant, and say nothing of it. */
function provenAlerts(trial: Trial): readonly string[] {
  const alerts = new Set(trial.scenario.expect.map(({ alert }) => alert));
  return [...alerts].filter((alert) => {
    const groups = onlyAlert(alert, trial.groups, (rule) => rule);
    return whyNoticed(alert, { ...trial, groups }) === null;
  });
}

function rulesOf(alert: string, groups: readonly RuleGroup[]): readonly AlertRule[] {
  return alertRulesOf(groups).filter((rule) => rule.alert === alert);
}
