// All alerts of a site at a glance, for tables and programs.

import { type AlertDefinition, alertSlug } from "./alert.ts";
import { quantityText, scaled } from "./quantity.ts";
import { ALERTS } from "./registry.ts";
import { type RuleOptions, rulesOf } from "./rule-groups.ts";
import { NO_THRESHOLDS, settable, withThreshold } from "./thresholds.ts";

/** Keys are those of the JSON that is printed. */
export interface ListedAlert {
  readonly alert: string;
  readonly group: string;
  readonly severity: string;
  readonly priority: string | null;
  /** Label `component` of its rules; `*` if the expression sets it. */
  readonly components: readonly string[];
  readonly expressions: readonly string[];
  /** What `--threshold` takes after the alert's name and a dot, and what is in force. */
  readonly settings: Readonly<Record<string, string>>;
  readonly mutes: readonly string[];
  /** File of its page. */
  readonly page: string;
  readonly scenarios: readonly string[];
}

/** In the order of the registry, without those whose rules are all left out. */
export function alertList(options: RuleOptions = {}): readonly ListedAlert[] {
  return ALERTS.flatMap((alert) => {
    const rules = rulesOf(alert, options);
    return rules.length === 0 ? [] : [listed(alert, rules, options)];
  });
}

function listed(
  alert: AlertDefinition,
  rules: ReturnType<typeof rulesOf>,
  options: RuleOptions,
): ListedAlert {
  const { scale = 1, thresholds = NO_THRESHOLDS } = options;
  const settings = [...settable(alert)].map(([name, quantity]) => [
    name,
    quantityText(scaled(withThreshold(alert.name, quantity, thresholds), scale)),
  ]);
  return {
    alert: alert.name,
    group: alert.group,
    severity: alert.severity,
    priority: alert.priority,
    components: [...new Set(rules.map(({ labels }) => labels.component ?? "*"))],
    expressions: rules.map(({ expr }) => expr),
    settings: Object.fromEntries(settings),
    mutes: alert.mutes.map((lower) => lower.alert),
    page: `${alertSlug(alert.name)}.md`,
    scenarios: alert.scenarios,
  };
}
