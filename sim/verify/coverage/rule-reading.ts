// What rules read: the series that they name, and the rules that record those.

import type { VectorSelector } from "../../../src/promql/ast.ts";
import { selectorsOf } from "../../../src/promql/expr-series.ts";
import { METRIC_NAME } from "../../../src/promql/labels.ts";
import type { Rule } from "../../../src/promql/rules/rule.ts";

/** The rules that record what a selector can find. */
export function recordersOf({ matchers }: VectorSelector, rules: readonly Rule[]): readonly Rule[] {
  const ofName = matchers.filter(({ name }) => name === METRIC_NAME);
  if (ofName.length === 0) return [];
  return rules.filter(
    (rule) => rule.kind === "recording" && ofName.every(({ matches }) => matches(rule.record)),
  );
}

/** The rules, and all that record what they read, directly or not. In the order of `rules`. */
export function withRecorders(chosen: readonly Rule[], rules: readonly Rule[]): readonly Rule[] {
  const found = new Set<Rule>();
  const visit = (rule: Rule): void => {
    if (found.has(rule)) return;
    found.add(rule);
    for (const selector of selectorsOf(rule.expr)) recordersOf(selector, rules).forEach(visit);
  };
  chosen.forEach(visit);
  return rules.filter((rule) => found.has(rule));
}
