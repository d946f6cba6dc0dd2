// Which alerts there are and what each must say of itself when it fires: of ours by the registry, so that a wrong label in
// a rule is noticed; of others by their rules.

import type { AlertDefinition } from "../../src/alerts/alert.ts";
import { alertRulesOf, type RuleGroup } from "../../src/promql/rules/rule.ts";

/** By name of the alert, labels that it must have. */
export type KnownLabels = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The same, to look names up in. */
export type KnownAlerts = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Names of alerts are users' own: `constructor` must not find what every object has. */
export function knownAlerts(labels: KnownLabels): KnownAlerts {
  return new Map(Object.entries(labels));
}

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
  const known = new Map<string, Readonly<Record<string, string>>>();
  for (const { alert, labels } of alertRulesOf(groups)) {
    const { severity } = labels;
    const isPlain = severity !== undefined && !severity.includes("{{");
    if (!known.has(alert)) known.set(alert, isPlain ? { severity } : {});
  }
  return Object.fromEntries(known);
}
