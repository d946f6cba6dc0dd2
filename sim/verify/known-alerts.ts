// Which alerts there are and what each must say of itself when it fires: of ours by the registry, so that a wrong label in
// a rule is noticed; of others by their rules.

import type { AlertDefinition } from "../../src/alerts/alert.ts";
import type { AlertRule, RuleGroup } from "../../src/promql/rules/rule.ts";

/** By name of the alert, labels that it must have. */
export type KnownLabels = Readonly<Record<string, Readonly<Record<string, string>>>>;

export function labelsOfRegistry(alerts: readonly AlertDefinition[]): KnownLabels {
  return Object.fromEntries(
    alerts.map(({ name, severity, priority, signals }) => {
      const [component, ...others] = new Set(signals.map((signal) => signal.component));
      const isOne = others.length === 0 && component !== null && component !== undefined;
      return [
        name,
        { severity, ...(priority === null ? {} : { priority }), ...(isOne ? { component } : {}) },
      ];
    }),
  );
}

/** Only the severity, which reports show; the first rule of a name counts. */
export function labelsOfRules(groups: readonly RuleGroup[]): KnownLabels {
  const rules = groups
    .flatMap((group) => group.rules)
    .filter((rule): rule is AlertRule => rule.kind === "alert");
  const known: Record<string, Readonly<Record<string, string>>> = {};
  for (const { alert, labels } of rules) {
    const { severity } = labels;
    known[alert] ??= severity === undefined || severity.includes("{{") ? {} : { severity };
  }
  return known;
}
