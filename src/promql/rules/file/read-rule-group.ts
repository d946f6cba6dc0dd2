// One group of rules, with the options of Prometheus 3. Of other programs' options, Thanos' `partial_response_strategy` is
// known and has no meaning here; all others are refused, because they may change what a rule means.

import type { RuleGroup } from "../rule.ts";
import { FieldReader } from "./fields.ts";
import { readRule } from "./read-rule.ts";
import type { RuleProblems } from "./rule-problems.ts";
import { checkNames, checkTemplates } from "./rule-texts.ts";
import type { YamlValue } from "./yaml-value.ts";

const GROUP_FIELDS = [
  "name",
  "interval",
  "query_offset",
  "limit",
  "labels",
  "rules",
  "partial_response_strategy",
];

/** `null` if it is no group at all; what is wrong with it goes to `problems`. */
export function readRuleGroup(value: YamlValue, problems: RuleProblems): RuleGroup | null {
  if (value.entries === null) {
    problems.add(value.position, `a group must be a map with name and rules, not ${value.kind}`);
    return null;
  }
  const name = value.get("name")?.text ?? "";
  const fields = new FieldReader(value, `group ${JSON.stringify(name)}`, problems);
  fields.allow(GROUP_FIELDS);
  if (name === "" && fields.text("name") === null) fields.fail(value, "name must be set");
  const strategy = fields.value("partial_response_strategy");
  if (strategy && !/^(?:warn|abort)$/i.test(strategy.text ?? "")) {
    fields.fail(strategy, "partial_response_strategy must be warn or abort");
  }
  const labels = fields.texts("labels");
  checkNames(fields, "label", labels);
  // Of alerting rules they are templates.
  const hasAlerts = fields.value("rules")?.items?.some((rule) => rule.get("alert")?.text) ?? false;
  if (hasAlerts) checkTemplates(fields, name, "label", labels, problems);
  const intervalMs = fields.durationMs("interval") ?? 0;
  const rules = fields.list("rules").map((rule) => readRule(rule, labels, problems));
  return {
    name,
    intervalMs: intervalMs === 0 ? null : intervalMs,
    queryOffsetMs: fields.durationMs("query_offset") ?? 0,
    limit: fields.int("limit") ?? 0,
    rules: rules.filter((rule) => rule !== null),
    position: value.position,
  };
}
