// The rules that a Prometheus has loaded, as groups of ours, and whether they are the rules that a drill needs.

import { parseExpr } from "../../src/promql/parse.ts";
import type { AlertRule, RuleGroup } from "../../src/promql/rules/rule.ts";
import { durationText } from "../scenarios/duration.ts";
import type { AlertingRuleStatus, RuleGroupStatus } from "./prometheus-api.ts";

const MS_PER_S = 1000;

/** Alerting rules only. A rule's line is its place in the group: Prometheus does not tell where it stands. */
export function loadedGroups(groups: readonly RuleGroupStatus[]): readonly RuleGroup[] {
  return groups.map(({ name, file, interval, rules }) => ({
    name,
    intervalMs: interval * MS_PER_S,
    queryOffsetMs: 0,
    limit: 0,
    position: { file, line: 1, column: 1 },
    rules: rules.flatMap((rule, index) =>
      rule.type === "alerting"
        ? [loadedRule(rule, { file: `${file};${name}`, line: index + 1, column: 1 })]
        : [],
    ),
  }));
}

function loadedRule(rule: AlertingRuleStatus, position: AlertRule["position"]): AlertRule {
  return {
    kind: "alert",
    alert: rule.name,
    expr: parseExpr(rule.query),
    text: rule.query,
    labels: rule.labels,
    annotations: rule.annotations,
    forMs: rule.duration * MS_PER_S,
    keepFiringForMs: (rule.keepFiringFor ?? 0) * MS_PER_S,
    position,
  };
}

/**
 * In which respects the loaded rules are not the wanted ones; empty if they will do. Rules beside the wanted ones are
 * no difference.
 */
export function ruleDifferences(
  wanted: readonly RuleGroup[],
  loaded: readonly RuleGroup[],
): readonly string[] {
  const byAlert = Map.groupBy(alertRules(loaded), ({ alert }) => alert);
  return [...Map.groupBy(alertRules(wanted), ({ alert }) => alert)].flatMap(([alert, rules]) => {
    const found = byAlert.get(alert) ?? [];
    if (found.length !== rules.length) {
      return [`${alert} has ${found.length} rules there, expected ${rules.length}`];
    }
    const [there, expected] = [lasting(found), lasting(rules)];
    if (there.join() === expected.join()) return [];
    const [some, others] = [distinct(there), distinct(expected)];
    // Each value once, unless they differ by nothing but their number.
    return some === others
      ? [`${alert} has for: ${there.join(", ")} there, expected ${expected.join(", ")}`]
      : [`${alert} has for: ${some} there, expected ${others}`];
  });
}

function lasting(rules: readonly AlertRule[]): readonly string[] {
  return rules.map(({ forMs }) => durationText(forMs / MS_PER_S)).sort();
}

function distinct(texts: readonly string[]): string {
  return [...new Set(texts)].join(", ");
}

/**
 * The scale that explains all differences, as far as durations tell it; `null` if none does.
 * @param rulesAt the wanted rules as they are at a scale; a whole one, as others have no remedy that is shorter to say
 */
export function loadedScale(
  rulesAt: (scale: number) => readonly RuleGroup[],
  loaded: readonly RuleGroup[],
): number | null {
  const longest = longestFor(rulesAt(1));
  if (longest === null) return null;
  const found = Math.max(
    ...alertRules(loaded).flatMap((rule) => (rule.alert === longest.alert ? rule.forMs : [])),
  );
  const scale = Math.round(longest.forMs / found);
  return scale >= 1 && Number.isFinite(scale) && ruleDifferences(rulesAt(scale), loaded).length === 0
    ? scale
    : null;
}

/** Rounding changes it least. */
function longestFor(groups: readonly RuleGroup[]): AlertRule | null {
  return alertRules(groups).reduce<AlertRule | null>(
    (longest, rule) => (longest === null || rule.forMs > longest.forMs ? rule : longest),
    null,
  );
}

function alertRules(groups: readonly RuleGroup[]): readonly AlertRule[] {
  return groups.flatMap(({ rules }) => rules).filter((rule): rule is AlertRule => rule.kind === "alert");
}
