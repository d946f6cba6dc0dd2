// The labels with which alerts reach Alertmanager: those of the rules that Prometheus is given.

import { ruleGroups } from "../../src/alerts/rule-groups.ts";
import type { AlertLabels } from "./alertmanager-process.ts";

/** All rules, in the order of the rule file. */
export const RULES = ruleGroups().flatMap(({ rules }) => rules);

/** Labels of the first rule of this name, and with this component if there are several. */
export function labelsOf(alertname: string, more: AlertLabels = {}): AlertLabels {
  const rule = RULES.find(
    ({ alert, labels }) => alert === alertname && (more.component ?? labels.component) === labels.component,
  );
  if (rule === undefined) throw new Error(`no rule ${alertname}`);
  return { alertname, ...rule.labels, ...more };
}
