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
    const lasting = (all: readonly AlertRule[]) =>
      all
        .map(({ forMs }) => durationText(forMs / MS_PER_S))
        .sort()
        .join(", ");
    if (lasting(found) === lasting(rules)) return [];
    return [`${alert} has for: ${lasting(found)} there, expected ${lasting(rules)}`];
  });
}

function alertRules(groups: readonly RuleGroup[]): readonly AlertRule[] {
  return groups.flatMap(({ rules }) => rules).filter((rule): rule is AlertRule => rule.kind === "alert");
}
